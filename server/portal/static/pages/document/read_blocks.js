import { Empty } from "../../components/empty.js";
import { Button } from "../../components/button.js";
import { Trouble } from "../../components/trouble.js";
import { ElementBlock } from "../../components/viewer/element_block.js";
import { kindOf } from "../../components/viewer/kinds.js";
import { address } from "../../components/viewer/source.js";
import { Waiting } from "../../components/waiting.js";
import { call } from "../../core/api.js";
import { words } from "../../core/language.js";
import { useLoaded } from "../../core/loading.js";
import { html, useEffect, useState } from "../../libraries/preact.js";

const say = words(
  { here: "Page {page}", none: "Nothing was read here.", show: "Show where it stands", more: "Show more" },
  { here: "第 {page} 页", none: "此处没有读取到内容。", show: "显示所在位置", more: "显示更多" },
);
const AT_ONCE = 100;

/**
 * What was read, block by block: of the page in view, or, where there are no pages, of the whole document.
 * @param {{file: string, page: number, showPlace: (place: Partial<import("../../components/viewer/source.js").Source>) => void}} props
 */
export function ReadBlocks({ file, page, showPlace }) {
  const [most, setMost] = useState(AT_ONCE);
  useEffect(() => setMost(AT_ONCE), [page]);
  const { data, error, loading, reload } = useLoaded((signal) => blocksOf(file, page, most, signal), [file, page, most]);
  if (error) return html`<${Trouble} error=${error} retry=${reload} />`;
  if (!data) return html`<${Waiting} />`;
  if (!data.elements.length) return html`<${Empty} icon="FileX" title=${say("none")} />`;
  return html`<div class="stack">
    ${data.paged && html`<h2 class="small soft">${say("here", { page })}</h2>`}
    ${data.elements.map((element) => html`<div class="read-block">
      <div class="row apart"><span class="badge">${kindOf(element)}</span>
        <${Button} label=${say("show")} icon="Eye" kind="plain" quiet act=${() => showPlace(placeOf(element))} /></div>
      <${ElementBlock} element=${element} />
    </div>`)}
    ${data.more && html`<p><${Button} label=${say("more")} busy=${loading} act=${() => setMost(Math.min(500, most + AT_ONCE))} /></p>`}
  </div>`;
}

/** @param {string} file @param {number} page @param {number} most @param {AbortSignal} signal */
async function blocksOf(file, page, most, signal) {
  const onPage = await call("GET", address(file, `elements?page=${page}&limit=${most}`), undefined, signal);
  /** @type {import("../../components/viewer/source.js").Element[]} */
  let elements = onPage.data;
  if (elements.length) return { elements, paged: true, more: onPage.has_more && most < 500 };
  const whole = await call("GET", address(file, `elements?limit=${most}`), undefined, signal);
  elements = whole.data;
  // A page may be empty in a document that has others.
  const paged = elements.some((one) => one.page !== null);
  return { elements: paged ? [] : elements, paged, more: !paged && whole.has_more && most < 500 };
}

/** @param {import("../../components/viewer/source.js").Element} element */
function placeOf(element) {
  return { page: element.page, bbox: element.bbox, sheet: element.sheet, cells: element.cells, quote: element.bbox || element.cells ? null : element.text.slice(0, 1000) };
}
