// What a page shows while it asks Lectern, and what it asks again and again.
import { useCallback, useEffect, useRef, useState } from "../libraries/preact.js";

/**
 * @template T
 * @typedef {object} Loaded
 * @property {T | undefined} data what came last; kept while it is asked again
 * @property {Error | undefined} error what went wrong the last time
 * @property {boolean} loading
 * @property {() => Promise<void>} reload
 */

/**
 * Has something loaded when a component appears and whenever `on` changes; answers that come too late are dropped.
 * `seconds`: and again so long after each answer, while the page is in sight; 0: not again.
 * @template T
 * @param {(signal: AbortSignal) => Promise<T>} load @param {readonly unknown[]} on @param {number} [seconds]
 * @returns {Loaded<T>}
 */
export function useLoaded(load, on, seconds = 0) {
  const [state, setState] = useState(/** @type {{data?: T, error?: Error, loading: boolean}} */ ({ loading: true }));
  const current = useRef(load);
  current.current = load;
  const halt = useRef(new AbortController());

  const reload = useCallback(async () => {
    halt.current.abort();
    const own = new AbortController();
    halt.current = own;
    setState((before) => ({ ...before, loading: true }));
    try {
      const data = await current.current(own.signal);
      if (!own.signal.aborted) setState({ data, loading: false });
    } catch (error) {
      if (!own.signal.aborted) setState((before) => ({ ...before, error: /** @type {Error} */ (error), loading: false }));
    }
  }, []);

  useEffect(() => {
    reload();
    return () => halt.current.abort();
  }, on);

  useEffect(() => {
    if (!seconds || state.loading) return undefined;
    const again = () => {
      if (document.visibilityState === "visible") reload();
    };
    const timer = setTimeout(again, seconds * 1000);
    document.addEventListener("visibilitychange", again);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", again);
    };
  }, [seconds, state]);

  return { data: state.data, error: state.error, loading: state.loading, reload };
}

/** The value, once it has stayed the same for so long. @template T @param {T} value @param {number} milliseconds @returns {T} */
export function useSettled(value, milliseconds) {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(() => value), milliseconds);
    return () => clearTimeout(timer);
  }, [value, milliseconds]);
  return settled;
}

/** The page's title while a component shows. @param {string} title */
export function useTitle(title) {
  useEffect(() => {
    document.title = title ? `${title} · Lectern` : "Lectern";
  }, [title]);
}
