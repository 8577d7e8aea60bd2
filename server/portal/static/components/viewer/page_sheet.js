import { words } from "../../core/language.js";
import { html, useEffect, useRef, useState } from "../../libraries/preact.js";
import { Trouble } from "../trouble.js";
import { request } from "../../core/api.js";
import { BlockLayer } from "./block_layer.js";
import { patiently, pictureOf } from "./source.js";
import { TextLayer } from "./text_layer.js";

const say = words({ page: "Page {number} of {name}" }, { page: "{name} 第 {number} 页" });

/**
 * One page as it looks, with marks where the quote stands and its text laid over it. It takes its room before it comes.
 * @param {{
 *   file: string, name: string, size: import("./source.js").PageSize, width: number, marks: number[][], text: import("./text_layer.js").Word[],
 *   layer: "text" | "blocks", stage: import("preact").RefObject<HTMLDivElement>,
 * }} props
 */
export function PageSheet({ file, name, size, width, marks, text, layer, stage }) {
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  const [tries, setTries] = useState(1);
  const leaving = useRef(new AbortController());
  const place = useRef(/** @type {HTMLDivElement | null} */ (null));
  const height = (width * size.height) / Math.max(size.width, 1);
  const source = pictureOf(file, size.page, width);

  useEffect(() => () => leaving.current.abort(), []);
  useEffect(() => {
    const room = stage.current;
    if (!room || !place.current || !marks.length) return;
    // The first mark comes a third below the upper edge, where eyes look for it.
    room.scrollTop = place.current.offsetTop + marks[0][1] * height - room.clientHeight / 3;
    room.scrollLeft = place.current.offsetLeft + marks[0][0] * width - room.clientWidth / 4;
  }, [marks.map(String).join(" "), file, size.page]);

  // A picture tells not why it did not come: that is asked anew, and may go well by then.
  const ask = () => patiently(() => request("GET", source, undefined, leaving.current.signal)).then(() => setTries(tries + 1), setError);
  if (error) return html`<div class="viewer-trouble"><${Trouble} error=${error} retry=${() => setError(null)} /></div>`;
  return html`<div class="viewer-page" ref=${place} style=${{ width: `${width}px`, height: `${height}px` }}>
    <img key=${tries} src=${source} alt=${say("page", { number: size.page, name })} width=${Math.round(width)} height=${Math.round(height)} draggable=${false} onError=${ask} />
    ${marks.map((mark) => html`<div class="viewer-mark" style=${boxStyle(mark)}></div>`)}
    ${layer === "text" ? html`<${TextLayer} words=${text} size=${size} />` : html`<${BlockLayer} file=${file} page=${size.page} />`}
  </div>`;
}

/** Where a box lies. @param {number[]} box */
export function boxStyle([left, top, right, bottom]) {
  return { left: `${100 * left}%`, top: `${100 * top}%`, width: `${100 * (right - left)}%`, height: `${100 * (bottom - top)}%` };
}
