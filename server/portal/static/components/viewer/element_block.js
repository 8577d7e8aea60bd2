import { percent, words } from "../../core/language.js";
import { html } from "../../libraries/preact.js";
import { DOUBTFUL, tells } from "./source.js";

const say = words(
  { hidden: "hidden in the document", doubtful: "{share} sure", doubt: "This was recognised in a picture and may be misread." },
  { hidden: "文档中已隐藏", doubtful: "可信度 {share}", doubt: "此内容由图像识别得到，可能有误。" },
);

/**
 * One block of a document as it was read: a heading, a paragraph, a table. `marked`: it holds the passage looked for;
 * `quote`, where it stands in the text as it is, is marked alone. `depth`: a heading is one of the page, of this depth;
 * else it only looks like one.
 * @param {{element: import("./source.js").Element, marked?: boolean, quote?: string, depth?: number}} props
 */
export function ElementBlock({ element, marked = false, quote = "", depth }) {
  const remarks = html`${element.hidden && html`<span class="badge warn">${say("hidden")}</span>`}
    ${element.confidence !== null && element.confidence < DOUBTFUL && html`<span class="badge warn" title=${say("doubt")}>${say("doubtful", { share: percent(element.confidence) })}</span>`}`;
  if (element.rows.length) return html`<div class="block scroll" tabindex="0" role="group">${remarks}<${Table} element=${element} marked=${marked} quote=${quote} /></div>`;
  const text = marked ? emphasised(element.text, quote) : element.text;
  if (element.kind === "Title") return html`<${depth ? `h${Math.min(6, depth)}` : "p"} class="block heading" dir="auto">${text} ${remarks}</>`;
  if (element.kind === "CodeSnippet") return html`<pre class="block" tabindex="0">${text}</pre>`;
  if (element.kind === "ListItem") return html`<p class="block item" dir="auto" style=${{ marginInlineStart: `${(element.level ?? 1) * 1.2}rem` }}>${text} ${remarks}</p>`;
  const aside = ["Header", "Footer", "Footnote", "Comment", "FigureCaption"].includes(element.kind);
  return html`<p class=${`block ${aside ? "aside" : ""}`} dir="auto">${text} ${remarks}</p>`;
}

/** @param {string} text @param {string} quote */
function emphasised(text, quote) {
  const start = quote ? text.indexOf(quote) : -1;
  if (start < 0) return html`<mark>${text}</mark>`;
  return html`${text.slice(0, start)}<mark>${quote}</mark>${text.slice(start + quote.length)}`;
}

/** @param {{element: import("./source.js").Element, marked: boolean, quote: string}} props */
function Table({ element, marked, quote }) {
  const head = element.rows.slice(0, element.header_rows);
  const body = element.rows.slice(element.header_rows);
  const isMarked = (/** @type {string[]} */ row) => marked && quote.split("\n").some((line) => tells(line, row));
  const whole = marked && !body.some(isMarked);
  return html`<table dir="auto" class=${whole ? "marked" : ""}>
    ${head.length > 0 && html`<thead>${head.map((row) => html`<tr>${row.map((cell) => html`<th scope="col">${cell}</th>`)}</tr>`)}</thead>`}
    <tbody>${body.map((row) => html`<tr class=${isMarked(row) ? "marked" : ""}>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody>
  </table>`;
}
