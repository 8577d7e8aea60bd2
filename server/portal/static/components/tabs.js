import { html, useId, useRef } from "../libraries/preact.js";

/**
 * Parts of a page of which one shows; see https://www.w3.org/WAI/ARIA/apg/patterns/tabs/.
 * @template {string} Name
 * @param {{label: string, tabs: {name: Name, label: string}[], shown: Name, show: (name: Name) => void, children?: unknown}} props
 */
export function Tabs({ label, tabs, shown, show, children }) {
  const id = useId();
  const place = useRef(/** @type {HTMLDivElement | null} */ (null));
  /** @param {KeyboardEvent} event */
  function key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const here = tabs.findIndex((tab) => tab.name === shown);
    const next = (here + step + tabs.length) % tabs.length;
    show(tabs[next].name);
    /** @type {HTMLElement | undefined} */ (place.current?.children[next])?.focus();
  }
  return html`<div class="tabs">
    <div role="tablist" aria-label=${label} ref=${place} onKeyDown=${key}>
      ${tabs.map(
        (tab) => html`<button type="button" role="tab" id=${`${id}-${tab.name}`} aria-selected=${tab.name === shown} aria-controls=${`${id}-panel`}
          tabindex=${tab.name === shown ? 0 : -1} onClick=${() => show(tab.name)}>${tab.label}</button>`,
      )}
    </div>
    <div role="tabpanel" id=${`${id}-panel`} aria-labelledby=${`${id}-${shown}`} tabindex="0">${children}</div>
  </div>`;
}
