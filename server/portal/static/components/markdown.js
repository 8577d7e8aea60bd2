import { html } from "../libraries/preact.js";
import { CodeBlock } from "./code_block.js";
import { drawMarkdown } from "./markdown_tokens.js";

/** @typedef {(text: string) => unknown} DrawText */

/** @type {(text: string, language: string) => unknown} */
const code = (text, language) => html`<${CodeBlock} text=${text} language=${language} />`;

/**
 * An answer's Markdown. `drawText` draws the plain text in it (to put citations in place of markers).
 * @param {{text: string, drawText?: DrawText}} props
 */
export function Markdown({ text, drawText = (plain) => plain }) {
  return html`<div class="markdown">${drawMarkdown(text, { text: drawText, code })}</div>`;
}
