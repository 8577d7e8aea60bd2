// A conversation while the page shows it: what was said, and what is being answered.
import { call, everything } from "../../core/api.js";
import { useEffect, useRef, useState } from "../../libraries/preact.js";
import { answering } from "./answering.js";
import { newTurn, turnOf } from "./turns.js";

/** @typedef {import("./turns.js").Turn} Turn */
/** @typedef {{model: string, stores: string[]}} Choice */
/**
 * @typedef {object} Talk
 * @property {Turn[] | undefined} turns undefined until they came
 * @property {Error | undefined} error why the conversation could not be shown
 * @property {boolean} busy an answer is on its way
 * @property {(question: string, choice: Choice, at?: number) => Promise<void>} ask `at`: in place of the turn at this index
 * @property {() => void} stop
 * @property {(response: string) => Promise<void>} turnTo shows another branch, and goes on with it
 * @property {(index: number, change: Partial<import("../../components/answer/answer_of.js").Answer>) => void} amend
 * @property {() => void} reload
 */

/**
 * The conversation of an id, or a new one. Who leaves while an answer comes has it stopped: what was said until then is
 * kept with the conversation.
 * @param {string | undefined} id @param {(id: string) => void} begun told the id of a new conversation
 * @param {() => void} changed told when the list of conversations is different @returns {Talk}
 */
export function useTalk(id, begun, changed) {
  const [state, setState] = useState(/** @type {{turns?: Turn[], error?: Error}} */ (id ? {} : { turns: [] }));
  const [busy, setBusy] = useState(false);
  const [tries, setTries] = useState(0);
  // The conversation whose turns are held: one that begins here is not loaded again once its address is known.
  const held = useRef(/** @type {string | undefined} */ (undefined));
  const halt = useRef(new AbortController());
  const turns = useRef(/** @type {Turn[]} */ ([]));

  /** @param {Turn[]} shown */
  const keep = (shown) => {
    turns.current = shown;
    setState({ turns: shown });
  };

  useEffect(() => {
    if (id && held.current === id) return;
    halt.current.abort();
    const own = new AbortController();
    halt.current = own;
    held.current = id;
    turns.current = [];
    setBusy(false);
    setState(id ? {} : { turns: [] });
    if (id) load(id).then(
      (shown) => own.signal.aborted || keep(shown),
      (error) => own.signal.aborted || setState({ error }),
    );
  }, [id, tries]);
  useEffect(() => () => halt.current.abort(), []);

  /** @type {Talk["ask"]} */
  async function ask(question, choice, at = turns.current.length) {
    if (busy) return;
    const before = turns.current.slice(0, at);
    const replaced = turns.current[at];
    const own = new AbortController();
    halt.current = own;
    const turn = newTurn(question, choice.model, choice.stores, replaced?.siblings ?? []);
    keep([...before, turn]);
    setBusy(true);
    /** @param {import("../../components/answer/answer_of.js").Answer} answer */
    const tell = (answer) => {
      if (held.current !== conversation || halt.current !== own) return;
      const named = answer.id && !turn.siblings.includes(answer.id);
      if (named) turn.siblings = [...turn.siblings, /** @type {string} */ (answer.id)];
      keep([...before, { ...turn, answer }]);
    };
    let conversation = held.current;
    let isNew = false;
    const isFirst = !conversation;
    try {
      if (!conversation) {
        conversation = /** @type {string} */ ((await call("POST", "/v1/conversations", {}, own.signal)).id);
        isNew = true;
        held.current = conversation;
      }
      const after = before.at(-1)?.answer.id ?? null;
      // A branch is named only where there is one: else an answer that was just stopped may not be kept yet.
      const place = replaced ? { id: conversation, after } : conversation;
      await answering(question, choice, place, own.signal, turn.answer, tell, () => {
        if (isNew) begun(/** @type {string} */ (conversation));
        isNew = false;
      });
    } catch (error) {
      if (isNew && conversation) {
        held.current = undefined;
        await call("DELETE", `/v1/conversations/${conversation}`).catch(() => null);
        conversation = undefined;
      }
      const last = turns.current.at(-1)?.answer ?? turn.answer;
      tell({ ...last, ...(own.signal.aborted ? { status: "cancelled" } : { status: "failed", error: /** @type {Error} */ (error) }) });
    } finally {
      if (halt.current === own) setBusy(false);
      // Its place in the list is for the next look: rows that change places are in the way of who reads.
      if (isFirst) changed();
    }
  }

  return {
    turns: state.turns,
    error: state.error,
    busy,
    ask,
    stop: () => halt.current.abort(),
    async turnTo(response) {
      await call("POST", `/v1/conversations/${id}`, { latest: response });
      keep(await load(/** @type {string} */ (id)));
    },
    amend(index, change) {
      keep(turns.current.map((turn, place) => (place === index ? { ...turn, answer: { ...turn.answer, ...change } } : turn)));
    },
    reload() {
      held.current = undefined;
      setTries(tries + 1);
    },
  };
}

/** @param {string} id @returns {Promise<Turn[]>} */
async function load(id) {
  return (await everything(`/v1/conversations/${encodeURIComponent(id)}/responses`)).map(turnOf);
}

