// The rows of a sheet, loaded block by block as they come into sight.
import { call } from "../../core/api.js";
import { useEffect, useRef, useState } from "../../libraries/preact.js";
import { rangeOf } from "./cells.js";
import { address } from "./source.js";

/** @typedef {{cells: Map<number, string>, heads: boolean, hidden: boolean}} Row */

/** What is known of a sheet's rows; `refill` is called when there is more. */
class Rows {
  /** @param {string} file @param {import("./source.js").SheetSize} sheet @param {() => void} refill */
  constructor(file, sheet, refill) {
    this.file = file;
    this.blocks = sheet.blocks;
    this.refill = refill;
    /** @type {Map<number, Row>} */
    this.rows = new Map();
    /** @type {Set<number>} */
    this.asked = new Set();
    /** @type {Error | null} */
    this.error = null;
  }

  /** Has the blocks loaded that hold these rows, or the heads above them. @param {number} first @param {number} last */
  want(first, last) {
    this.blocks.forEach(([top, bottom], place) => {
      if (bottom >= first && top <= last + 8 && !this.asked.has(place)) this.load(place);
    });
  }

  /** @param {number} place */
  async load(place) {
    this.asked.add(place);
    const number = Number(this.blocks[place][2].split("-")[1]);
    const after = number ? `&after=element-${number - 1}` : "";
    try {
      const found = await call("GET", address(this.file, `elements?limit=1${after}`));
      this.take(found.data[0], place);
    } catch (error) {
      this.asked.delete(place);
      this.error = /** @type {Error} */ (error);
    }
    this.refill();
  }

  /** @param {import("./source.js").Element} element @param {number} place */
  take(element, place) {
    const range = rangeOf(element.cells);
    if (!range) return;
    if (!element.rows.length) {
      this.put(range.top, range.left, [element.text], true, element.hidden);
      return;
    }
    const body = element.rows.slice(element.header_rows);
    body.forEach((cells, at) => this.put(element.row_numbers[at] ?? range.top + at, range.left, cells, false, element.hidden));
    // A long table comes in blocks that each repeat its head: it stands above the first one only.
    const top = range.top - element.header_rows;
    const before = this.blocks[place - 1];
    if (top < 1 || (before && before[1] >= top)) return;
    element.rows.slice(0, element.header_rows).forEach((cells, at) => this.put(top + at, range.left, cells, true, element.hidden));
  }

  /** @param {number} row @param {number} left @param {string[]} cells @param {boolean} heads @param {boolean} hidden */
  put(row, left, cells, heads, hidden) {
    const known = this.rows.get(row) ?? { cells: new Map(), heads, hidden };
    cells.forEach((text, at) => known.cells.set(left + at, text));
    this.rows.set(row, known);
  }
}

/** The rows of a sheet. @param {string} file @param {import("./source.js").SheetSize} sheet */
export function useRows(file, sheet) {
  const [, count] = useState(0);
  const rows = useRef(/** @type {Rows | null} */ (null));
  if (!rows.current) rows.current = new Rows(file, sheet, () => count((before) => before + 1));
  const current = rows.current;
  useEffect(
    () => () => {
      current.refill = () => {};
    },
    [],
  );
  return current;
}
