import { html } from "../../libraries/preact.js";

/** @typedef {{text: string, bbox: number[], turn: number}} Word */

const MOST_WORDS = 6000;
const BASELINE = 0.78; // of the height of a word, where its letters stand

/**
 * The text of a page, invisible over its picture, so that it can be selected and read out.
 * @param {{words: Word[], size: import("./source.js").PageSize}} props
 */
export function TextLayer({ words, size }) {
  const width = size.width;
  const height = size.height;
  return html`<svg class="viewer-text" viewBox=${`0 0 ${width} ${height}`} preserveAspectRatio="none">
    ${words.slice(0, MOST_WORDS).map((word) => placed(word, width, height))}
  </svg>`;
}

/** @param {Word} word @param {number} width @param {number} height */
function placed(word, width, height) {
  const [left, top, right, bottom] = [word.bbox[0] * width, word.bbox[1] * height, word.bbox[2] * width, word.bbox[3] * height];
  const lies = word.turn % 2 === 0;
  const length = Math.max(lies ? right - left : bottom - top, 0.1);
  const tall = Math.max(lies ? bottom - top : right - left, 0.1);
  // Each direction begins at another corner of the box.
  const [x, y] = [[left, top], [right, top], [right, bottom], [left, bottom]][word.turn % 4];
  return html`<text transform=${`translate(${x} ${y}) rotate(${90 * word.turn})`} y=${tall * BASELINE} font-size=${tall * 0.9} textLength=${length} lengthAdjust="spacingAndGlyphs">${`${word.text} `}</text>`;
}
