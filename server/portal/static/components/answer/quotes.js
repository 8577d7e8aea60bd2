import { html, useRef } from "../../libraries/preact.js";
import { MARKER } from "./answer_text.js";
import { Citation } from "./citation.js";

/**
 * An answer that is nothing but quotes, each with its source: where no model writes, sentences and rows of tables stand
 * side by side, and read better one by one.
 * @param {{text: string, annotations: import("./answer_of.js").Annotation[], cite: import("./answer_text.js").Cite}} props
 */
export function Quotes({ text, annotations, cite }) {
  const pressed = useRef(cite);
  pressed.current = cite;
  const pieces = text.split(MARKER);
  const quotes = [];
  let taken = 0;
  for (let index = 0; index < pieces.length; index += 2) {
    const quote = pieces[index].trim();
    const numbers = (pieces[index + 1] ?? "").match(/\d+/g) ?? [];
    const cited = numbers.map((number) => ({ number: Number(number), annotation: annotations[taken++] }));
    if (quote) quotes.push({ quote, cited });
  }
  return html`<ul class="quotes">
    ${quotes.map(({ quote, cited }, index) => html`<li key=${index}><div class="quote"><${Quote} text=${quote} /></div>
      ${cited.map((one) => html`<${Citation} number=${one.number} annotation=${one.annotation?.marker === one.number ? one.annotation : undefined} cite=${pressed} />`)}</li>`)}
  </ul>`;
}

/** A sentence, or the row of a table, which tells each of its cells by its column. @param {{text: string}} props */
function Quote({ text }) {
  const cells = text.split(" | ").map((cell) => /^([^:]{1,60}): (.+)$/s.exec(cell));
  if (cells.length < 2 || cells.some((cell) => !cell)) return text;
  return html`<dl class="quote-row">${cells.map((cell) => html`<div><dt>${cell?.[1]}</dt><dd>${cell?.[2]}</dd></div>`)}</dl>`;
}
