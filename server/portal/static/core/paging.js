// Lists that are too long for one page.
import { useState } from "../libraries/preact.js";
import { call } from "./api.js";
import { useLoaded } from "./loading.js";

/**
 * @typedef {object} Pages
 * @property {any} answer the page as it came
 * @property {any[] | undefined} rows those of the page shown; undefined until they came
 * @property {Error | undefined} error
 * @property {boolean} loading
 * @property {number} number of the page, from 1
 * @property {(() => void) | null} next
 * @property {(() => void) | null} back
 * @property {() => Promise<void>} reload
 */

/**
 * A list of the API, one page at a time. Other filters begin at the first page.
 * @param {string} path @param {Record<string, string | number | boolean | null | undefined>} [filters] empty ones are left out
 * @param {number} [limit] @returns {Pages}
 */
export function usePages(path, filters = {}, limit = 50) {
  const given = Object.entries(filters).filter(([, value]) => value !== "" && value != null);
  const query = new URLSearchParams([...given.map(([name, value]) => [name, String(value)]), ["limit", String(limit)]]).toString();
  const list = `${path}?${query}`;
  const [at, go] = useState({ list, places: [""] });
  const places = at.list === list ? at.places : [""];
  const after = places[places.length - 1];
  const { data, error, loading, reload } = useLoaded(
    (signal) => call("GET", after ? `${list}&after=${encodeURIComponent(after)}` : list, undefined, signal),
    [list, after],
  );
  return {
    answer: data,
    rows: data?.data,
    error,
    loading,
    number: places.length,
    next: data?.has_more ? () => go({ list, places: [...places, data.last_id] }) : null,
    back: places.length > 1 ? () => go({ list, places: places.slice(0, -1) }) : null,
    reload,
  };
}
