import { percent, words } from "../../core/language.js";
import { html, useEffect, useState } from "../../libraries/preact.js";
import { Button } from "../button.js";

const say = words(
  { bar: "Page", back: "Previous page", on: "Next page", page: "Page number", of: "of {total}", out: "Zoom out", in: "Zoom in", blocks: "Show what was read" },
  { bar: "页面", back: "上一页", on: "下一页", page: "页码", of: "共 {total} 页", out: "缩小", in: "放大", blocks: "显示读取的内容" },
);

/**
 * What turns and scales pages.
 * @param {{
 *   number: number, total: number, turn: (page: number) => void, zoom: number, scale: (step: number) => void,
 *   layer: "text" | "blocks", show: (layer: "text" | "blocks") => void,
 * }} props
 */
export function PageBar({ number, total, turn, zoom, scale, layer, show }) {
  const [typed, type] = useState(String(number));
  useEffect(() => type(String(number)), [number]);
  /** @param {Event} event */
  const go = (event) => {
    event.preventDefault();
    const wanted = Number(typed);
    if (Number.isInteger(wanted) && wanted >= 1 && wanted <= total) turn(wanted);
    else type(String(number));
  };
  return html`<div class="viewer-bar" role="toolbar" aria-label=${say("bar")}>
    <${Button} label=${say("back")} icon="ChevronLeft" kind="plain" quiet disabled=${number <= 1} act=${() => turn(number - 1)} />
    <form onSubmit=${go}>
      <input inputmode="numeric" aria-label=${say("page")} value=${typed} size=${Math.max(2, String(total).length)}
        onInput=${(/** @type {any} */ event) => type(event.target.value)} onBlur=${go} />
      <span>${say("of", { total })}</span>
    </form>
    <${Button} label=${say("on")} icon="ChevronRight" kind="plain" quiet disabled=${number >= total} act=${() => turn(number + 1)} />
    <span class="viewer-gap"></span>
    <${Button} label=${say("blocks")} icon="LayoutList" kind="plain" quiet aria-pressed=${layer === "blocks"} act=${() => show(layer === "blocks" ? "text" : "blocks")} />
    <${Button} label=${say("out")} icon="ZoomOut" kind="plain" quiet act=${() => scale(-1)} />
    <span class="viewer-zoom">${percent(zoom)}</span>
    <${Button} label=${say("in")} icon="ZoomIn" kind="plain" quiet act=${() => scale(1)} />
  </div>`;
}
