import { words } from "../../core/language.js";
import { html, useEffect, useId, useRef, useState } from "../../libraries/preact.js";
import { Icon } from "../icon.js";
import { placeOfSource } from "./place.js";

/** @typedef {import("./answer_of.js").Annotation} Annotation */

const say = words(
  { open: "Source {number}: {name}", doubtful: "Read from a scan; compare it with the picture." },
  { open: "来源 {number}：{name}", doubtful: "由扫描件识别，请与原图核对。" },
);
const WIDTH = 320; // of the card, in pixels
const GAP = 6;

/**
 * The number of a source within a text: pressed, it opens the place; pointed at or focused, it tells of it. While the
 * answer comes there is nothing to open yet; it then takes the same room.
 * @param {{number: number, annotation?: Annotation, cite: {current: (annotation: Annotation) => void}}} props
 */
export function Citation({ number, annotation, cite }) {
  const id = useId();
  const place = useRef(/** @type {HTMLButtonElement | null} */ (null));
  const [at, show] = useState(/** @type {Record<string, string> | null} */ (null));
  const leaving = useRef(0);
  useEffect(() => () => clearTimeout(leaving.current), []);
  useEffect(() => {
    if (!at) return undefined;
    const hide = () => show(null);
    document.addEventListener("scroll", hide, { capture: true, once: true });
    return () => document.removeEventListener("scroll", hide, { capture: true });
  }, [at]);
  if (!annotation) return html`<span class="citation pending">${number}</span>`;

  const stay = () => clearTimeout(leaving.current);
  function point() {
    stay();
    if (place.current) show(beside(place.current.getBoundingClientRect()));
  }
  function leave() {
    leaving.current = setTimeout(() => show(null), 150);
  }
  /** @param {KeyboardEvent} event */
  function key(event) {
    if (event.key !== "Escape" || !at) return;
    event.stopPropagation();
    show(null);
  }
  function press() {
    show(null);
    if (annotation) cite.current(annotation);
  }
  return html`<span class="citation-place" onMouseEnter=${point} onMouseLeave=${leave} onKeyDown=${key}>
    <button ref=${place} type="button" class="citation" aria-label=${say("open", { number, name: annotation.filename ?? "" })} aria-describedby=${at ? id : undefined}
      onFocus=${point} onBlur=${leave} onClick=${press}>${number}</button>
    ${at && html`<span id=${id} role="tooltip" class="citation-card" style=${at} onMouseEnter=${stay}>
      <span class="strong">${annotation.filename}</span>
      <span class="soft small">${placeOfSource(annotation)}</span>
      ${annotation.quote && html`<span class="citation-quote">${annotation.quote}</span>`}
      ${annotation.low_confidence && html`<span class="citation-doubt"><${Icon} name="TriangleAlert" size=${14} />${say("doubtful")}</span>`}
    </span>`}
  </span>`;
}

/** Where the card stands: below the number, or above it where there is no room. @param {DOMRect} box */
function beside(box) {
  const width = Math.min(WIDTH, innerWidth - 16);
  const left = Math.max(8, Math.min(box.left - 12, innerWidth - width - 8));
  const below = innerHeight - box.bottom > 220;
  return { width: `${width}px`, left: `${left}px`, ...(below ? { top: `${box.bottom + GAP}px` } : { bottom: `${innerHeight - box.top + GAP}px` }) };
}
