// What the viewer is asked to show, and what Lectern tells of the file.
import { Failure } from "../../core/api.js";

/**
 * A place in a document. An annotation of an answer fits as it is.
 * @typedef {object} Source
 * @property {string} file_id
 * @property {string} [vector_store_id]
 * @property {string} [filename]
 * @property {number | null} [page]
 * @property {number[] | null} [bbox] left, top, right, bottom as shares of the page
 * @property {number[][]} [boxes] where it stands on the page, if in several places
 * @property {string | null} [sheet]
 * @property {string | null} [cells]
 * @property {string[] | null} [headings]
 * @property {string | null} [quote]
 */

/** @typedef {{page: number, width: number, height: number}} PageSize */
/** @typedef {{sheet: string | null, rows: number, columns: number, blocks: [number, number, string][]}} SheetSize */
/**
 * @typedef {object} View how a file can be shown
 * @property {string} file_id
 * @property {string} filename
 * @property {"pages" | "sheets" | "text"} kind
 * @property {any[]} data
 * @property {string | null} note
 */

/**
 * @typedef {object} Element
 * @property {string} id
 * @property {string} kind
 * @property {string} text
 * @property {number | null} level
 * @property {number | null} page
 * @property {number[] | null} bbox
 * @property {string | null} sheet
 * @property {string | null} cells
 * @property {string[][]} rows
 * @property {number} header_rows
 * @property {number[]} row_numbers
 * @property {boolean} hidden
 * @property {number | null} confidence
 */

/** Below it, one character in seven or more of recognised text was wrong when measured. */
export const DOUBTFUL = 0.85;

/** The address of what Lectern tells of a file. @param {string} file @param {string} rest */
export function address(file, rest) {
  return `/v1/files/${encodeURIComponent(file)}/${rest}`;
}

const ENOUGH = 0.8; // of the cells a quote names, for a long one may be cut off

/**
 * Whether a row of a table is the one a quote tells. Quotes of tables name each cell by its column: "Price: 12 | …".
 * @param {Iterable<string>} cells @param {string | null | undefined} quote
 */
export function tells(quote, cells) {
  const parts = (quote ?? "").split(" | ").map(letters).filter(Boolean);
  const known = [...cells].map(letters).filter(Boolean);
  const said = parts.filter((part) => known.some((cell) => part.endsWith(cell)));
  return parts.length > 0 && said.length >= ENOUGH * parts.length;
}

const WIDTHS = [480, 960, 1440, 2160];

/** The address of a page's picture that is wide enough for a place of so many pixels. @param {string} file @param {number} page @param {number} width */
export function pictureOf(file, page, width) {
  const wanted = width * Math.min(2, devicePixelRatio);
  const step = WIDTHS.find((one) => one >= wanted) ?? WIDTHS[WIDTHS.length - 1];
  return `${address(file, `pages/${page}/image`)}?width=${step}`;
}

/**
 * What is asked for of a page, asked again as long as Lectern shows as many as it can: who leafs quickly asks for many.
 * @template T @param {() => Promise<T>} ask @returns {Promise<T>}
 */
export async function patiently(ask) {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Failure && error.code === "viewers_busy")) throw error;
      await new Promise((go) => setTimeout(go, 1000 * (error.retryAfter ?? 1)));
    }
  }
}

/** Letters and digits alone, by which passages are compared. @param {string} text */
export function letters(text) {
  return text.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");
}
