import { html, useState } from "../libraries/preact.js";
import { Icon } from "./icon.js";

/**
 * A button that waits for what it starts: while `act` runs it is busy and cannot be pressed again. `quiet`: an icon
 * alone, whose label is read out and shown when pointed at.
 * @param {{
 *   label: string, act?: (event: Event) => unknown, icon?: import("./icon.js").IconName, kind?: "" | "primary" | "danger" | "plain",
 *   quiet?: boolean, disabled?: boolean, type?: "button" | "submit", busy?: boolean, form?: string, [aria: `aria-${string}`]: unknown,
 * }} props
 */
export function Button({ label, act, icon, kind = "", quiet = false, disabled = false, type = "button", busy = false, ...rest }) {
  const [acting, setActing] = useState(false);
  const isBusy = busy || acting;

  /** @param {Event} event */
  async function press(event) {
    if (isBusy) return;
    const doing = act?.(event);
    if (!(doing instanceof Promise)) return;
    setActing(true);
    try {
      await doing;
    } finally {
      setActing(false);
    }
  }

  const shown = isBusy ? "LoaderCircle" : icon;
  return html`<button
    type=${type} class=${`button ${kind} ${quiet ? "quiet" : ""}`} disabled=${disabled} aria-busy=${isBusy}
    aria-label=${quiet ? label : undefined} title=${quiet ? label : undefined} onClick=${act && press} ...${rest}
  >
    ${shown && html`<${Icon} name=${shown} class=${isBusy ? "turning" : ""} />`}${!quiet && html`<span>${label}</span>`}
  </button>`;
}
