import { call } from "../../core/api.js";
import { words } from "../../core/language.js";
import { html, useEffect, useRef, useState } from "../../libraries/preact.js";
import { Button } from "../button.js";
import { Empty } from "../empty.js";
import { Trouble } from "../trouble.js";
import { Waiting } from "../waiting.js";
import { ElementBlock } from "./element_block.js";
import { address, letters, tells } from "./source.js";

const say = words(
  { text: "Text of {name}", more: "Show more", none: "No text was found in this document.", page: "Page {page}" },
  { text: "{name} 的文本", more: "显示更多", none: "该文档中没有找到文本。", page: "第 {page} 页" },
);
const AT_ONCE = 200;
const FARTHEST = 20_000; // elements looked through for a passage

/** @typedef {{elements: import("./source.js").Element[], more: boolean}} Read */

/**
 * A document as the text that was read, in its headings; the passage of the source is marked and in sight.
 * `base` is the depth of headings above it.
 * @param {{view: import("./source.js").View, source: import("./source.js").Source, base: number}} props
 */
export function TextView({ view, source, base }) {
  const [read, setRead] = useState(/** @type {Read | null} */ (null));
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  const stage = useRef(/** @type {HTMLDivElement | null} */ (null));

  /** @param {Read} before @param {number} limit @returns {Promise<Read>} */
  async function onwards(before, limit) {
    const last = before.elements[before.elements.length - 1];
    const after = last ? `&after=${last.id}` : "";
    const found = await call("GET", address(view.file_id, `elements?limit=${limit}${after}`));
    return { elements: [...before.elements, ...found.data], more: found.has_more };
  }
  async function begin() {
    setError(null);
    try {
      let now = await onwards({ elements: [], more: false }, AT_ONCE);
      while (source.quote && now.more && placeOf(now.elements, source) < 0 && now.elements.length < FARTHEST) now = await onwards(now, 500);
      setRead(now);
    } catch (failure) {
      setError(/** @type {Error} */ (failure));
    }
  }
  useEffect(() => {
    if (!read || (source.quote && placeOf(read.elements, source) < 0)) begin();
  }, [view.file_id, source]);

  const marked = read ? placeOf(read.elements, source) : -1;
  useEffect(() => {
    const found = stage.current?.querySelector("mark, tr.marked, .marked");
    const room = stage.current;
    if (found && room) room.scrollTop += found.getBoundingClientRect().top - room.getBoundingClientRect().top - room.clientHeight / 3;
  }, [marked, read !== null, source]);

  if (error) return html`<div class="viewer-trouble"><${Trouble} error=${error} retry=${begin} /></div>`;
  if (!read) return html`<${Waiting} />`;
  if (!read.elements.length) return html`<${Empty} icon="FileText" title=${say("none")} />`;
  const depths = depthsOf(read.elements, base);
  const more = async () => setRead(await onwards(read, AT_ONCE));
  return html`<div class="viewer-stage text" ref=${stage} tabindex="0" role="group" aria-label=${say("text", { name: view.filename })}>
    <article class="viewer-article">
      ${read.elements.map((element, at) => html`
        ${element.page !== null && element.page !== (read.elements[at - 1]?.page ?? 1) && html`<p class="page-line">${say("page", { page: element.page })}</p>`}
        <${ElementBlock} key=${element.id} element=${element} marked=${at === marked} quote=${source.quote ?? ""} depth=${depths[at]} />`)}
      ${read.more && html`<p class="row"><${Button} label=${say("more")} act=${more} /></p>`}
    </article>
  </div>`;
}

/**
 * Which element holds the passage; of several, one below the headings of the source. -1: none.
 * @param {import("./source.js").Element[]} elements @param {import("./source.js").Source} source
 */
function placeOf(elements, source) {
  const wanted = letters(source.quote ?? "");
  const headings = (source.headings ?? []).map(letters);
  if (!wanted && !headings.length) return -1;
  let found = -1;
  let above = "";
  for (const [place, element] of elements.entries()) {
    const said = letters(element.text);
    if (element.kind === "Title") above = said;
    const fits = wanted ? said.includes(wanted) || (said.length > 20 && wanted.includes(said)) || hasRow(element, source.quote ?? "") : element.kind === "Title" && said === headings[headings.length - 1];
    if (!fits) continue;
    if (!headings.length || headings.includes(above)) return place;
    if (found < 0) found = place;
  }
  return found;
}

/** Whether a table has the row that a quote tells. @param {import("./source.js").Element} element @param {string} quote */
function hasRow(element, quote) {
  const lines = quote.split("\n").filter((line) => line.includes(" | "));
  return lines.some((line) => element.rows.slice(element.header_rows).some((row) => tells(line, row)));
}

/**
 * How deep each heading is on the page. Documents leave out levels, pages must not.
 * @param {import("./source.js").Element[]} elements @param {number} base
 */
function depthsOf(elements, base) {
  let before = base;
  return elements.map((element) => {
    if (element.kind !== "Title") return undefined;
    before = Math.min(base + (element.level ?? 1), before + 1);
    return before;
  });
}
