import { call } from "../../core/api.js";
import { words } from "../../core/language.js";
import { useLoaded } from "../../core/loading.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../../libraries/preact.js";
import { tellTrouble } from "../notices.js";
import { PageBar } from "./page_bar.js";
import { PageSheet } from "./page_sheet.js";
import { address, patiently } from "./source.js";

const say = words(
  { pages: "Pages. Arrow keys turn them, plus and minus zoom." },
  { pages: "页面。方向键翻页，加减号缩放。" },
);
const ZOOMS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3];
/** What is left free beside a page, in pixels. */
export const MARGIN = 24;
const LEAST_WIDTH = 200;

/**
 * The pages of a document, one at a time.
 * @param {{view: import("./source.js").View, source: import("./source.js").Source, turned?: (page: number) => void}} props
 */
export function PageView({ view, source, turned }) {
  /** @type {import("./source.js").PageSize[]} */
  const sizes = view.data;
  const [number, setNumber] = useState(within(source.page ?? 1, sizes.length));
  const [zoom, setZoom] = useState(1);
  const [layer, setLayer] = useState(/** @type {"text" | "blocks"} */ ("text"));
  const [room, setRoom] = useState(0);
  const stage = useRef(/** @type {HTMLDivElement | null} */ (null));

  useEffect(() => setNumber(within(source.page ?? 1, sizes.length)), [source]);
  useEffect(() => turned?.(number), [number]);
  useLayoutEffect(() => {
    const place = /** @type {HTMLDivElement} */ (stage.current);
    const measure = () => setRoom(Math.max(LEAST_WIDTH, place.clientWidth - MARGIN));
    const watching = new ResizeObserver(measure);
    watching.observe(place);
    measure();
    return () => watching.disconnect();
  }, []);

  const cited = number === (source.page ?? 1);
  const found = useWords(view.file_id, number, cited ? source : undefined);
  const marks = cited ? (found?.lines.length ? found.lines : (source.boxes ?? (source.bbox ? [source.bbox] : []))) : [];

  /** @param {number} page */
  const turn = (page) => {
    setNumber(within(page, sizes.length));
    if (stage.current) stage.current.scrollTop = 0;
  };
  /** @param {number} step */
  const scale = (step) => setZoom(ZOOMS[within(ZOOMS.indexOf(zoom) + step + 1, ZOOMS.length) - 1]);

  /** @param {KeyboardEvent} event */
  function key(event) {
    if (event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey) return;
    /** @type {Record<string, () => void>} */
    const acts = {
      ArrowRight: () => turn(number + 1), PageDown: () => turn(number + 1), ArrowLeft: () => turn(number - 1), PageUp: () => turn(number - 1),
      Home: () => turn(1), End: () => turn(sizes.length), "+": () => scale(1), "=": () => scale(1), "-": () => scale(-1), "0": () => setZoom(1),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  }

  return html`<div class="viewer-body" onKeyDown=${key}>
    <${PageBar} number=${number} total=${sizes.length} turn=${turn} zoom=${zoom} scale=${scale} layer=${layer} show=${setLayer} />
    <div class="viewer-stage" ref=${stage} tabindex="0" role="group" aria-label=${say("pages")}>
      ${room > 0 && html`<${PageSheet} key=${`${view.file_id}/${number}`} file=${view.file_id} name=${view.filename} size=${sizes[number - 1]} width=${room * zoom}
        marks=${marks} text=${found?.words ?? []} layer=${layer} stage=${stage} />`}
    </div>
  </div>`;
}

/** @param {number} page @param {number} last */
function within(page, last) {
  return Math.min(Math.max(1, Math.round(page)), last);
}

/**
 * The words of a page, and the lines of the quote on it. A page that is a picture is recognised for a quote only.
 * @param {string} file @param {number} page @param {import("./source.js").Source} [source]
 * @returns {{page: number, words: import("./text_layer.js").Word[], lines: number[][]} | undefined}
 */
function useWords(file, page, source) {
  const quote = source?.quote ?? "";
  const near = (source?.bbox ?? source?.boxes?.[0])?.join(",") ?? "";
  const loaded = useLoaded(
    async (signal) => {
      const query = new URLSearchParams(quote ? { quote: quote.slice(0, 2000), ...(near && { bbox: near }), recognise: "true" } : {});
      return { key: page, ...(await patiently(() => call("GET", `${address(file, `pages/${page}/words`)}?${query}`, undefined, signal))) };
    },
    [file, page, quote, near],
  );
  useEffect(() => {
    if (loaded.error) tellTrouble(loaded.error);
  }, [loaded.error]);
  return loaded.data?.page === page ? loaded.data : undefined;
}
