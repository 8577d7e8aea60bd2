import { Dialog } from "../../components/dialog.js";
import { Viewer } from "../../components/viewer/viewer.js";
import { html, useEffect, useRef, useState } from "../../libraries/preact.js";

const NARROW = matchMedia("(max-width: 62rem)");

/**
 * The document of a citation: beside the answer, or over it where there is no room. Escape closes it.
 * @param {{source: import("../../components/viewer/source.js").Source, close: () => void}} props
 */
export function SourcePane({ source, close }) {
  const [narrow, setNarrow] = useState(NARROW.matches);
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    const heed = () => setNarrow(NARROW.matches);
    NARROW.addEventListener("change", heed);
    return () => NARROW.removeEventListener("change", heed);
  }, []);
  useEffect(() => place.current?.focus(), [source]);
  useEffect(() => {
    /** @param {KeyboardEvent} event */
    const key = (event) => {
      if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog[open]")) close();
    };
    document.addEventListener("keydown", key);
    return () => document.removeEventListener("keydown", key);
  }, [close]);
  if (narrow) return html`<${Dialog} title=${source.filename ?? ""} close=${close} wide><div class="source-sheet"><${Viewer} source=${source} /></div></${Dialog}>`;
  return html`<aside class="source-pane" ref=${place} tabindex="-1" aria-label=${source.filename}><${Viewer} source=${source} close=${close} /></aside>`;
}
