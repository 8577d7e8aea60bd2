import { Button } from "../../components/button.js";
import { Empty } from "../../components/empty.js";
import { Trouble } from "../../components/trouble.js";
import { Waiting } from "../../components/waiting.js";
import { call } from "../../core/api.js";
import { count, words } from "../../core/language.js";
import { useLoaded } from "../../core/loading.js";
import { html, useState } from "../../libraries/preact.js";

const say = words(
  { total: "{count} chunks, as questions find them", page: "Page {page}", show: "Show where it stands", none: "There are no chunks yet.", more: "Show more", hidden: "hidden in the document" },
  { total: "{count} 个片段，提问时即按此查找", page: "第 {page} 页", show: "显示所在位置", none: "还没有片段。", more: "显示更多", hidden: "文档中已隐藏" },
);
const AT_ONCE = 50;

/**
 * The chunks of a document in the order they stand in it.
 * @param {{store: string, file: string, showPlace: (place: Partial<import("../../components/viewer/source.js").Source>) => void}} props
 */
export function Chunks({ store, file, showPlace }) {
  const [most, setMost] = useState(AT_ONCE);
  const path = `/v1/vector_stores/${encodeURIComponent(store)}/files/${encodeURIComponent(file)}/chunks`;
  const { data, error, loading, reload } = useLoaded((signal) => call("GET", `${path}?limit=${most}`, undefined, signal), [store, file, most]);
  if (error) return html`<${Trouble} error=${error} retry=${reload} />`;
  if (!data) return html`<${Waiting} />`;
  if (!data.total) return html`<${Empty} icon="Boxes" title=${say("none")} />`;
  /** @param {any} chunk */
  const place = (chunk) => ({
    page: chunk.page, boxes: chunk.boxes.filter((/** @type {any} */ one) => one.page === chunk.page).map((/** @type {any} */ one) => one.bbox), sheet: chunk.sheet, cells: chunk.cells, headings: chunk.headings,
    quote: chunk.cells ? null : chunk.text.slice(chunk.repeated),
  });
  return html`<div class="stack">
    <p class="soft small">${say("total", { count: count(data.total) })}</p>
    ${data.data.map((/** @type {any} */ chunk) => html`<div class="read-block">
      <div class="row apart">
        <span class="row small soft">${chunk.page && html`<span>${say("page", { page: chunk.page })}</span>`}${chunk.sheet && html`<span>${chunk.sheet}</span>`}${chunk.cells && html`<span class="mono">${chunk.cells}</span>`}
          ${chunk.hidden && html`<span class="badge warn">${say("hidden")}</span>`}</span>
        <${Button} label=${say("show")} icon="Eye" kind="plain" quiet act=${() => showPlace(place(chunk))} />
      </div>
      ${chunk.headings.length > 0 && html`<p class="small soft" dir="auto">${chunk.headings.join(" › ")}</p>`}
      <p class="chunk-text" dir="auto">${chunk.text}</p>
    </div>`)}
    ${data.has_more && most < 500 && html`<p><${Button} label=${say("more")} busy=${loading} act=${() => setMost(Math.min(500, most + AT_ONCE))} /></p>`}
  </div>`;
}
