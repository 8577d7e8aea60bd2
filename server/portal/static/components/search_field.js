import { html, useEffect, useState } from "../libraries/preact.js";
import { useSettled } from "../core/loading.js";
import { Icon } from "./icon.js";

const MILLISECONDS = 200;

/**
 * A box that narrows a list while one types; `seek` hears of it once the typing pauses.
 * @param {{label: string, seek: (text: string) => void, placeholder?: string}} props
 */
export function SearchField({ label, seek, placeholder = label }) {
  const [text, setText] = useState("");
  const settled = useSettled(text.trim(), MILLISECONDS);
  useEffect(() => seek(settled), [settled]);
  return html`<div class="search-field" role="search" aria-label=${label}>
    <${Icon} name="Search" />
    <input type="search" aria-label=${label} placeholder=${placeholder} value=${text} maxlength="200"
      onInput=${(/** @type {Event} */ event) => setText(/** @type {HTMLInputElement} */ (event.target).value)} />
  </div>`;
}
