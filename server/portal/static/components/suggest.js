import { useLoaded, useSettled } from "../core/loading.js";
import { html, useId, useState } from "../libraries/preact.js";
import { Icon } from "./icon.js";
import { told } from "./trouble.js";

const MILLISECONDS = 150;

/** @typedef {{id: string, name: string, icon?: import("./icon.js").IconName, note?: string}} Option */

/**
 * A field that suggests while one types; what is chosen goes to `choose`, and the field is empty again. See
 * https://www.w3.org/WAI/ARIA/apg/patterns/combobox/.
 * @param {{label: string, none: string, find: (text: string, signal: AbortSignal) => Promise<Option[]>, choose: (option: Option) => void,
 *   placeholder?: string, help?: string}} props `none`: what it says where nothing is found
 */
export function Suggest({ label, none, find, choose, placeholder, help }) {
  const id = useId();
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);
  const sought = useSettled(text.trim(), MILLISECONDS);
  const found = useLoaded((signal) => (sought ? find(sought, signal) : Promise.resolve([])), [sought]);
  const options = text.trim() && sought ? (found.data ?? []) : [];
  const isNone = text.trim() !== "" && text.trim() === sought && !found.loading && !found.error && options.length === 0;

  /** @param {Option} option */
  function take(option) {
    setText("");
    setActive(0);
    choose(option);
  }

  /** @param {KeyboardEvent} event */
  function key(event) {
    if (event.key === "Escape" && text) {
      event.stopPropagation();
      event.preventDefault();
      setText("");
    }
    if (event.key === "Enter") {
      event.preventDefault();
      if (options[active]) take(options[active]);
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || options.length === 0) return;
    event.preventDefault();
    setActive((active + step + options.length) % options.length);
  }

  return html`<div class="field suggest">
    <label for=${id}>${label}</label>
    <input id=${id} role="combobox" autocomplete="off" aria-autocomplete="list" aria-expanded=${options.length > 0} aria-controls=${`${id}-list`}
      aria-activedescendant=${options[active] ? `${id}-${active}` : undefined} aria-describedby=${help ? `${id}-help` : undefined}
      placeholder=${placeholder} value=${text} maxlength="200" onKeyDown=${key}
      onInput=${(/** @type {Event} */ event) => { setText(/** @type {HTMLInputElement} */ (event.target).value); setActive(0); }} />
    ${help && html`<p class="help" id=${`${id}-help`}>${help}</p>`}
    <ul id=${`${id}-list`} role="listbox" aria-label=${label} hidden=${options.length === 0}>
      ${options.map((option, index) => html`<li id=${`${id}-${index}`} key=${option.id} role="option" aria-selected=${index === active} onClick=${() => take(option)}>
        ${option.icon && html`<${Icon} name=${option.icon} />`}<span>${option.name}</span>${option.note && html`<span class="soft small">${option.note}</span>`}
      </li>`)}
    </ul>
    <p class="soft small" role="status">${found.error ? told(found.error) : isNone ? none : ""}</p>
  </div>`;
}
