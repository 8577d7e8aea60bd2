import { useOutside } from "../core/outside.js";
import { html, useEffect, useId, useRef, useState } from "../libraries/preact.js";
import { Icon } from "./icon.js";

/**
 * @typedef {object} Item
 * @property {string} label
 * @property {() => unknown} act
 * @property {import("./icon.js").IconName} [icon]
 * @property {boolean} [danger]
 * @property {boolean} [disabled]
 */

/**
 * A button that opens a list of things to do. Arrow keys move, Escape closes; see
 * https://www.w3.org/WAI/ARIA/apg/patterns/menu-button/.
 * @param {{label: string, items: Item[], icon?: import("./icon.js").IconName, text?: string, above?: boolean}} props
 */
export function Menu({ label, items, icon = "Ellipsis", text, above = false }) {
  const [isOpen, open] = useState(false);
  const place = useRef(/** @type {HTMLDivElement | null} */ (null));
  const opener = useRef(/** @type {HTMLButtonElement | null} */ (null));
  const id = useId();

  useEffect(() => {
    if (isOpen) /** @type {HTMLElement | null | undefined} */ (place.current?.querySelector("[role=menuitem]:not(:disabled)"))?.focus();
  }, [isOpen]);
  useOutside(isOpen, place, () => open(false));

  /** @param {KeyboardEvent} event */
  function key(event) {
    if (event.key === "Escape" && isOpen) {
      event.stopPropagation();
      open(false);
      opener.current?.focus();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    if (!isOpen) {
      open(true);
      return;
    }
    const found = [.../** @type {NodeListOf<HTMLElement>} */ (place.current?.querySelectorAll("[role=menuitem]:not(:disabled)"))];
    const here = found.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    found[(here + step + found.length) % found.length]?.focus();
  }

  /** @param {Item} item */
  function choose(item) {
    open(false);
    opener.current?.focus();
    item.act();
  }

  return html`<div class="menu" ref=${place} onKeyDown=${key}>
    <button ref=${opener} type="button" class=${`button plain ${text ? "" : "quiet"}`} aria-haspopup="menu" aria-expanded=${isOpen}
      aria-controls=${id} aria-label=${text ? undefined : label} title=${label} onClick=${() => open(!isOpen)}>
      <${Icon} name=${icon} />${text && html`<span>${text}</span>`}
    </button>
    <div id=${id} role="menu" aria-label=${label} class=${above ? "above" : ""} hidden=${!isOpen}>
      ${items.map(
        (item) => html`<button type="button" role="menuitem" class=${item.danger ? "danger" : ""} disabled=${item.disabled} tabindex="-1" onClick=${() => choose(item)}>
          ${item.icon && html`<${Icon} name=${item.icon} />`}<span>${item.label}</span>
        </button>`,
      )}
    </div>
  </div>`;
}
