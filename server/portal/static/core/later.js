// Parts of a page that are loaded when they are first drawn: what few visits need weighs on none.
import { h, useEffect, useState } from "../libraries/preact.js";

/**
 * A component that is loaded when it is first drawn; until it is there, nothing is. Where it cannot be loaded, the page
 * says so.
 * @template Props
 * @param {() => Promise<import("preact").ComponentType<Props>>} load
 * @returns {import("preact").FunctionComponent<Props>}
 */
export function later(load) {
  /** @type {import("preact").ComponentType<Props> | null} */
  let known = null;
  return function Later(props) {
    const [, drawAgain] = useState(0);
    const [error, setError] = useState(/** @type {Error | null} */ (null));
    useEffect(() => {
      if (known) return;
      load().then((found) => {
        known = found;
        drawAgain(1);
      }, setError);
    }, []);
    if (error) throw error;
    return known && h(/** @type {import("preact").ComponentType<any>} */ (known), props);
  };
}
