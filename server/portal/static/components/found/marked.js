import { html } from "../../libraries/preact.js";

/** Characters as people and Python count them: one of two halves is none. @param {string} text */
const characters = (text) => [...text];

/**
 * Text with one part of it marked; [start, end) counts characters.
 * @param {{text: string, place: [number, number] | null}} props
 */
export function Marked({ text, place }) {
  if (!place) return text;
  const found = characters(text);
  const [before, within, behind] = [found.slice(0, place[0]), found.slice(place[0], place[1]), found.slice(place[1])];
  return html`${before.join("")}<mark>${within.join("")}</mark>${behind.join("")}`;
}

const HAN = /\p{Script=Han}/u;
const LEAST = 3;
const SAYS_NOTHING = new Set("the and for are was were how what who why when where which with from that this does can".split(" "));

/** What finds a word in a text: from where a word begins, but where words are not parted. @param {string} word */
const pattern = (word) => (HAN.test(word) ? word : `(?<![\\p{L}\\p{N}])${word}`);

/**
 * Text with the words marked that were sought; the shortest ones say too little.
 * @param {{text: string, sought: string}} props
 */
export function MarkedWords({ text, sought }) {
  const words = [...new Set(sought.match(/[\p{L}\p{N}]+/gu) ?? [])]
    .filter((word) => (word.length >= LEAST && !SAYS_NOTHING.has(word.toLowerCase())) || HAN.test(word) || /\p{N}/u.test(word));
  if (!words.length) return text;
  const pieces = text.split(new RegExp(`(${words.sort((one, other) => other.length - one.length).map(pattern).join("|")})`, "giu"));
  return html`${pieces.map((piece, index) => (index % 2 ? html`<mark>${piece}</mark>` : piece))}`;
}

const MOST_BEFORE = 24;

/**
 * A part of a text around the place [start, end) that matches best: about so many characters, on one line.
 * @param {string} text @param {[number, number] | null} place @param {number} most
 */
export function excerpt(text, place, most) {
  const found = characters(text);
  const [start, end] = place ?? [0, 0];
  const spare = Math.max(0, most - (end - start));
  const from = Math.max(0, Math.min(start - Math.min(MOST_BEFORE, Math.floor(spare / 3)), found.length - most));
  const part = found.slice(from, from + most).join("").replace(/\s+/g, " ").trim();
  return `${from > 0 ? "… " : ""}${part}${from + most < found.length ? " …" : ""}`;
}
