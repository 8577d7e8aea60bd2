// An answer as a text that can be pasted elsewhere.
import { placeOfSource } from "../../components/answer/place.js";

/** @typedef {import("../../components/answer/answer_of.js").Answer} Answer */

/** The answer's Markdown, with its sources below. @param {Answer} answer @param {Answer["annotations"]} sources */
export function asMarkdown(answer, sources) {
  const list = sources.map((one) => `[${one.marker}] ${[one.filename, placeOfSource(one)].filter(Boolean).join(", ")}`);
  return list.length ? `${answer.text}\n\n${list.join("  \n")}\n` : answer.text;
}
