import { html, useMemo, useRef } from "../../libraries/preact.js";
import { CodeBlock } from "../code_block.js";
import { drawMarkdown } from "../markdown_tokens.js";
import { Blocks } from "./blocks.js";
import { Citation } from "./citation.js";

/** @typedef {import("./answer_of.js").Annotation} Annotation */
/** @typedef {(annotation: Annotation) => void} Cite */

// As the server finds them: [1], [1, 2], and the brackets that Chinese models like.
export const MARKER = /([[【] ?\d{1,2}(?: ?[,，、] ?\d{1,2}){0,9} ?[\]】])/;
/** @type {(text: string, language: string) => unknown} */
const code = (text, language) => html`<${CodeBlock} text=${text} language=${language} />`;

/**
 * The text of an answer, whether all of it or what has come: Markdown with citations in place of markers.
 * @param {{text: string, annotations: Annotation[], open: boolean, cite: Cite}} props `open`: more is to come
 */
export function AnswerText({ text, annotations, open, cite }) {
  const kept = useRef(/** @type {Blocks | null} */ (null));
  kept.current ??= new Blocks();
  const parts = kept.current;
  const blocks = useMemo(() => parts.feed(text), [text]);
  const pressed = useRef(cite);
  pressed.current = cite;
  // What was drawn of a block that is finished is handed over as it is, so that Preact need not look at it again.
  const drawn = useMemo(() => /** @type {WeakMap<import("./blocks.js").Block, unknown>} */ (new WeakMap()), [annotations, open]);
  /** @type {(block: import("./blocks.js").Block, index: number) => unknown} */
  const draw = (block, index) => {
    if (!drawn.has(block)) drawn.set(block, html`<${Part} key=${index} raw=${block.raw} start=${block.start} annotations=${annotations} open=${open} cite=${pressed} />`);
    return drawn.get(block);
  };
  return html`<div class="markdown answer-text">${blocks.map(draw)}</div>`;
}

/** @param {{raw: string, start: number, annotations: Annotation[], open: boolean, cite: {current: Cite}}} props */
function Part({ raw, start, annotations, open, cite }) {
  return useMemo(() => drawMarkdown(raw, { text: cited(raw, start, annotations, open, cite), code }), [raw, annotations, open]);
}

/**
 * What draws the plain text of one block. The n-th marker of a number in it stands for the n-th annotation of that
 * number in its stretch of the answer; each of them has a quote of its own.
 * @param {string} raw @param {number} start @param {Annotation[]} annotations @param {boolean} open @param {{current: Cite}} cite
 */
function cited(raw, start, annotations, open, cite) {
  const end = start + [...raw].length;
  const within = annotations.filter((one) => one.index >= start && one.index < end).sort((one, other) => one.index - other.index);
  /** @param {number} number */
  const take = (number) => {
    const place = within.findIndex((one) => one.marker === number);
    return place < 0 ? annotations.find((one) => one.marker === number) : within.splice(place, 1)[0];
  };
  /** @param {string} text */
  return (text) => {
    const pieces = text.split(MARKER);
    if (pieces.length === 1) return text;
    return pieces.map((piece, index) => {
      if (index % 2 === 0) return piece;
      const numbers = (piece.match(/\d+/g) ?? []).map(Number);
      const found = numbers.map((number) => ({ number, annotation: take(number) }));
      if (!open && !found.some(({ annotation }) => annotation)) return piece;
      return found.map(({ number, annotation }) => html`<${Citation} number=${number} annotation=${annotation} cite=${cite} />`);
    });
  };
}
