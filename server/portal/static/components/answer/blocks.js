// Parts an answer into its blocks while it comes: what is behind a finished block is not parsed again.
import { lexed } from "../markdown_tokens.js";

/** @typedef {{raw: string, start: number}} Block `start`: characters of the answer before it */

/**
 * The blocks of a text that grows. Feed it all of the text each time; only what came after the last finished block is
 * parsed, so an answer of any length costs the same at its end as at its beginning.
 */
export class Blocks {
  /** @type {Block[]} */
  #settled = [];
  #text = "";
  #offset = 0;
  #characters = 0;

  /** @param {string} given @returns {Block[]} */
  feed(given) {
    const text = given.replace(/\r\n?/g, "\n");
    if (!text.startsWith(this.#text)) this.#forget();
    this.#text = text;
    const open = lexed(text.slice(this.#offset));
    const parts = open.map((token) => token.raw);
    // The last block may still grow, and with it what seems to be only the space behind it.
    let last = open.length - 1;
    while (last > 0 && open[last].type === "space") last -= 1;
    for (const raw of parts.slice(0, last)) this.#settle(raw);
    const rest = parts.slice(last).join("");
    return rest ? [...this.#settled, { raw: rest, start: this.#characters }] : [...this.#settled];
  }

  /** @param {string} raw */
  #settle(raw) {
    this.#settled.push({ raw, start: this.#characters });
    this.#offset += raw.length;
    this.#characters += [...raw].length;
  }

  #forget() {
    this.#settled = [];
    this.#offset = 0;
    this.#characters = 0;
  }
}
