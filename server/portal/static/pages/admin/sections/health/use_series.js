import { call } from "../../../../core/api.js";
import { useEffect, useRef, useState } from "../../../../libraries/preact.js";

/** @typedef {{name: string, of: string | null, values: (number | null)[]}} Measured */
/** @typedef {{resolution: number, times: number[], series: Measured[]}} Series */
/** @typedef {"minutes" | "hour" | "day"} Range */

/** Seconds that are shown. @type {Record<Range, number>} */
export const SPANS = { minutes: 900, hour: 3_600, day: 86_400 };

/** What came before, and what is new; what is too old is left out. @param {Series | null} before @param {Series} now @param {number} seconds */
function joined(before, now, seconds) {
  const times = [...(before?.times ?? []), ...now.times];
  const start = times.findIndex((moment) => moment >= (times.at(-1) ?? 0) - seconds);
  return {
    ...now,
    times: times.slice(start),
    series: now.series.map((one, place) => ({ ...one, values: [...(before?.series[place].values ?? []), ...one.values].slice(start) })),
  };
}

/**
 * The measures of a range, asked for again as often as there is a new point; of these, only what is new comes. While
 * `paused`, or out of sight, nothing is asked.
 * @param {Range} range @param {boolean} paused
 * @returns {{series: Series | null, error: Error | null, again: () => void}}
 */
export function useSeries(range, paused) {
  const [state, setState] = useState(/** @type {{range: Range, series: Series | null, error: Error | null}} */ ({ range, series: null, error: null }));
  const [tries, setTries] = useState(0);
  const known = useRef(/** @type {{range: Range, series: Series | null}} */ ({ range, series: null }));
  useEffect(() => {
    if (paused && known.current.range === range && known.current.series) return undefined;
    if (known.current.range !== range) known.current = { range, series: null };
    const halt = new AbortController();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    async function ask() {
      clearTimeout(timer);
      if (document.visibilityState !== "visible") return;
      const before = known.current.series;
      const after = before?.times.at(-1) ?? 0;
      try {
        const found = await call("GET", `/v1/metrics/series?range=${range === "day" ? "day" : "hour"}&after=${after}`, undefined, halt.signal);
        known.current = { range, series: joined(before, found, SPANS[range]) };
        setState({ ...known.current, error: null });
      } catch (error) {
        if (halt.signal.aborted) return;
        setState({ ...known.current, error: /** @type {Error} */ (error) });
      }
      if (!paused) timer = setTimeout(ask, (known.current.series?.resolution ?? 5) * 1000);
    }
    ask();
    document.addEventListener("visibilitychange", ask);
    return () => {
      halt.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", ask);
    };
  }, [range, paused, tries]);
  return { series: state.range === range ? state.series : null, error: state.error, again: () => setTries(tries + 1) };
}
