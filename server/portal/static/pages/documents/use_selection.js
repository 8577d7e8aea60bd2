import { useState } from "../../libraries/preact.js";

/** @typedef {import("./stores.js").StoreFile} StoreFile */
/** @typedef {ReturnType<typeof useSelection>} Selection */

/** The files that are selected, on whatever page they are. */
export function useSelection() {
  const [chosen, choose] = useState(/** @type {ReadonlyMap<string, StoreFile>} */ (new Map()));
  const [anchor, setAnchor] = useState(/** @type {string | null} */ (null));

  /**
   * Selects a row or not; with `upTo`, all rows between it and the one before.
   * @param {StoreFile[]} rows @param {StoreFile} row @param {boolean} on @param {boolean} upTo
   */
  function toggle(rows, row, on, upTo) {
    const here = rows.indexOf(row), from = upTo ? rows.findIndex((one) => one.id === anchor) : -1;
    const several = from < 0 ? [row] : rows.slice(Math.min(from, here), Math.max(from, here) + 1);
    const next = new Map(chosen);
    for (const one of several) {
      if (on) next.set(one.id, one);
      else next.delete(one.id);
    }
    choose(next);
    setAnchor(row.id);
  }

  return {
    chosen,
    toggle,
    /** @param {StoreFile[]} rows @param {boolean} on */
    all(rows, on) {
      const next = new Map(chosen);
      for (const one of rows) {
        if (on) next.set(one.id, one);
        else next.delete(one.id);
      }
      choose(next);
    },
    clear: () => choose(new Map()),
  };
}
