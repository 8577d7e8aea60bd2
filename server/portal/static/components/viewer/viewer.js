import { call } from "../../core/api.js";
import { words } from "../../core/language.js";
import { useLoaded } from "../../core/loading.js";
import { style } from "../../core/pages.js";
import { html, useEffect, useRef, useState } from "../../libraries/preact.js";
import { Button } from "../button.js";
import { Icon } from "../icon.js";
import { Trouble } from "../trouble.js";
import { Waiting } from "../waiting.js";
import { MARGIN, PageView } from "./page_view.js";
import { SheetView } from "./sheet_view.js";
import { address, pictureOf } from "./source.js";
import { TextView } from "./text_view.js";

const say = words(
  {
    view: "Document {name}", close: "Close the document", whole: "Open the document’s page",
    locked: "The document is protected by a password, which was forgotten once it was read. Here is the text that was read.",
  },
  {
    view: "文档 {name}", close: "关闭文档", whole: "打开文档页面",
    locked: "该文档有密码保护，读取后密码即被丢弃。以下是读取到的文本。",
  },
);

const PAGED = /\.(pdf|png|jpe?g|tiff?|webp|bmp)$/i;

/**
 * A document at the place a source names: its page with the quote marked, its sheet with the cells marked, or its text.
 * It fills the box it is in. `close`: with a head that names the document and closes it. `turned` is told the page shown.
 * @param {{source: import("./source.js").Source, close?: () => void, turned?: (page: number) => void}} props
 */
export function Viewer({ source, close, turned }) {
  const [dressed, dress] = useState(false);
  useEffect(() => {
    style("viewer").then(() => dress(true));
  }, []);
  const file = source.file_id;
  const view = useLoaded((signal) => call("GET", address(file, "pages"), undefined, signal), [file]);
  const shown = view.data?.file_id === file ? view.data : undefined;
  const name = source.filename ?? shown?.filename ?? "";
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    // The picture is on its way while the sizes of the pages are asked for.
    const width = place.current?.parentElement?.clientWidth ?? 0;
    if (width && source.page && PAGED.test(source.filename ?? "")) new Image().src = pictureOf(file, source.page, width - MARGIN);
  }, [file]);
  return html`<section class="viewer" ref=${place} hidden=${!dressed} aria-label=${say("view", { name })}>
    ${close && html`<${Head} source=${source} name=${name} close=${close} />`}
    ${view.error && !shown ? html`<div class="viewer-trouble"><${Trouble} error=${view.error} retry=${view.reload} /></div>` : !shown || !dressed ? html`<${Waiting} />` : html`<${Shown} view=${shown} source=${source} turned=${turned} base=${close ? 2 : 1} />`}
  </section>`;
}

/** @param {{source: import("./source.js").Source, name: string, close: () => void}} props */
function Head({ source, name, close }) {
  const page = source.vector_store_id && `/documents/${encodeURIComponent(source.vector_store_id)}/${encodeURIComponent(source.file_id)}`;
  return html`<header class="viewer-head">
    <h2 title=${name}>${name}</h2>
    ${page && html`<a class="button plain quiet" href=${page} aria-label=${say("whole")} title=${say("whole")}><${Icon} name="ExternalLink" /></a>`}
    <${Button} label=${say("close")} icon="X" kind="plain" quiet act=${close} />
  </header>`;
}

/** @param {{view: import("./source.js").View, source: import("./source.js").Source, turned?: (page: number) => void, base: number}} props */
function Shown({ view, source, turned, base }) {
  if (view.kind === "pages") return html`<${PageView} view=${view} source=${source} turned=${turned} />`;
  if (view.kind === "sheets") return html`<${SheetView} view=${view} source=${source} />`;
  return html`${view.note && html`<p class="viewer-note"><${Icon} name="Lock" />${say("locked")}</p>`}<${TextView} view=${view} source=${source} base=${base} />`;
}
