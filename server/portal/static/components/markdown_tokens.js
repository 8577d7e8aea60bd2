import { html } from "../libraries/preact.js";
import { lexer } from "../libraries/markdown.js";

/** @typedef {import("marked").Token} Token */
/**
 * @typedef {object} Draw
 * @property {(text: string) => unknown} text plain text, such as that between citations
 * @property {(text: string, language: string) => unknown} code a block of code
 */

const SAFE = /^(https?:|mailto:)/i;
const DEEPEST = 100;

/**
 * The tokens of Markdown; one of plain text, if they nest so deeply (thousands of `>`) that reading or drawing them,
 * each level a call within the last, would be more than a browser can do.
 * @param {string} text @returns {Token[]}
 */
export function lexed(text) {
  try {
    const tokens = lexer(text, { gfm: true, breaks: true });
    if (!deeper(tokens, DEEPEST)) return tokens;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return [{ type: "plain", raw: text }];
}

/** @param {any[]} tokens @param {number} levels @returns {boolean} */
function deeper(tokens, levels) {
  if (!tokens.length) return false;
  const within = (/** @type {any} */ one) => [...(one.tokens ?? []), ...(one.items ?? []), ...(one.type === "table" ? [...one.header, ...one.rows.flat()] : [])];
  return !levels || tokens.some((one) => deeper(within(one), levels - 1));
}

/**
 * Markdown as elements. What looks like HTML in it is shown as it was written; links lead out only by http, https and
 * mailto, and pictures are shown as links, for a page that loads what a text names tells others who reads it.
 * @param {string} text @param {Draw} draw @returns {unknown[]}
 */
export function drawMarkdown(text, draw) {
  return blocks(lexed(text), draw);
}

/** @param {Token[]} tokens @param {Draw} draw @returns {unknown[]} */
function blocks(tokens, draw) {
  return tokens.map((token) => block(/** @type {any} */ (token), draw));
}

/** @param {any} token @param {Draw} draw @returns {unknown} */
function block(token, draw) {
  switch (token.type) {
    case "space":
    case "def":
      return null;
    case "heading":
      // An answer stands under headings of the page: its own begin at the third level.
      return html`<${`h${Math.min(6, token.depth + 2)}`}>${inline(token.tokens, draw)}</>`;
    case "paragraph":
      return html`<p>${inline(token.tokens, draw)}</p>`;
    case "code":
      return draw.code(token.text, token.lang ?? "");
    case "blockquote":
      return html`<blockquote>${blocks(token.tokens, draw)}</blockquote>`;
    case "hr":
      return html`<hr />`;
    case "list": {
      const items = token.items.map((/** @type {any} */ item) => html`<li>${item.task && html`<input type="checkbox" checked=${item.checked} disabled aria-label="" />`}${blocks(item.tokens, draw)}</li>`);
      return token.ordered ? html`<ol start=${token.start || 1}>${items}</ol>` : html`<ul>${items}</ul>`;
    }
    case "table":
      return table(token, draw);
    case "text":
      return token.tokens ? inline(token.tokens, draw) : draw.text(token.text);
    default:
      return html`<p>${draw.text(token.raw)}</p>`;
  }
}

/** @param {any} token @param {Draw} draw */
function table(token, draw) {
  const cell = (/** @type {any} */ one, /** @type {string} */ tag) => html`<${tag} class=${one.align ? `align-${one.align}` : ""}>${inline(one.tokens, draw)}</>`;
  return html`<div class="scroll" tabindex="0" role="group"><table>
    <thead><tr>${token.header.map((/** @type {any} */ one) => cell(one, "th"))}</tr></thead>
    <tbody>${token.rows.map((/** @type {any[]} */ row) => html`<tr>${row.map((one) => cell(one, "td"))}</tr>`)}</tbody>
  </table></div>`;
}

/** @param {Token[] | undefined} tokens @param {Draw} draw @returns {unknown[]} */
function inline(tokens, draw) {
  return (tokens ?? []).map((token) => span(/** @type {any} */ (token), draw));
}

/** @param {any} token @param {Draw} draw @returns {unknown} */
function span(token, draw) {
  switch (token.type) {
    case "strong":
      return html`<strong>${inline(token.tokens, draw)}</strong>`;
    case "em":
      return html`<em>${inline(token.tokens, draw)}</em>`;
    case "del":
      return html`<del>${inline(token.tokens, draw)}</del>`;
    case "codespan":
      return html`<code>${token.text}</code>`;
    case "br":
      return html`<br />`;
    case "link":
      return SAFE.test(token.href) ? html`<a href=${token.href} target="_blank" rel="noopener noreferrer">${inline(token.tokens, draw)}</a>` : draw.text(token.raw);
    case "image":
      return SAFE.test(token.href) ? html`<a href=${token.href} target="_blank" rel="noopener noreferrer">${token.text || token.href}</a>` : draw.text(token.raw);
    case "escape":
      return draw.text(token.text);
    case "text":
      return token.tokens ? inline(token.tokens, draw) : draw.text(token.text);
    default:
      return draw.text(token.raw);
  }
}
