import { call } from "../../core/api.js";
import { useEffect, useRef, useState } from "../../libraries/preact.js";

/** @typedef {{vector_store_id: string, store: string, file_id: string, filename: string, status: string, match: [number, number] | null}} Document */
/**
 * @typedef {object} Passage
 * @property {string} vector_store_id
 * @property {string} file_id
 * @property {string} filename
 * @property {{type: string, text: string}[]} content
 * @property {number | null} page
 * @property {string | null} sheet
 * @property {string | null} cells
 * @property {string[]} headings
 * @property {[number, number] | null} match
 */
/** @typedef {{id: string, title: string, updated_at: number}} Conversation */
/**
 * What was found, as far as it has come. Each kind is kept until what takes its place has come.
 * @typedef {object} Found
 * @property {Document[]} documents
 * @property {Passage[]} passages
 * @property {Conversation[]} conversations
 * @property {boolean} looking something is still to come
 * @property {boolean} came something has come for the words that are sought now
 * @property {Record<string, string>} missing kinds that did not come, and why
 * @property {Error | null} error
 */

/** @type {Found} */
const NOTHING = { documents: [], passages: [], conversations: [], looking: false, came: false, missing: {}, error: null };
// Names are found at once; passages, which cost the server more, once the fingers rest.
const ASKED = [
  { kinds: "documents,conversations", rest: 0 },
  { kinds: "passages", rest: 150 },
];

/**
 * Finds documents, passages and conversations while somebody types. Answers that come too late are dropped.
 * @param {string} sought @param {number} limit most of each kind @param {number} [again] another number asks again
 * @returns {Found}
 */
export function useFound(sought, limit, again = 0) {
  const [found, setFound] = useState(NOTHING);
  const asking = useRef(new AbortController());
  useEffect(() => {
    asking.current.abort();
    const own = new AbortController();
    asking.current = own;
    if (!sought) {
      setFound(NOTHING);
      return undefined;
    }
    setFound((before) => ({ ...before, looking: true, came: false, missing: {}, error: null }));
    let left = ASKED.length;
    const timers = ASKED.map(({ kinds, rest }) => setTimeout(ask, rest, kinds));

    /** @param {string} kinds */
    async function ask(kinds) {
      const query = new URLSearchParams({ q: sought, kinds, limit: String(limit) });
      /** @type {Partial<Found>} */
      let came;
      try {
        const { documents, passages, conversations, missing } = await call("GET", `/v1/search?${query}`, undefined, own.signal);
        came = Object.fromEntries(Object.entries({ documents, passages, conversations }).filter(([, list]) => list));
        came.missing = missing;
      } catch (error) {
        if (own.signal.aborted) return;
        came = { error: /** @type {Error} */ (error) };
      }
      if (own.signal.aborted) return;
      left -= 1;
      const looking = left > 0;
      setFound((before) => ({ ...before, ...came, missing: { ...before.missing, ...came.missing }, error: came.error ?? before.error, came: true, looking }));
    }
    return () => {
      own.abort();
      timers.forEach(clearTimeout);
    };
  }, [sought, limit, again]);
  return found;
}
