import { html } from "../libraries/preact.js";
import { Icon } from "./icon.js";

/**
 * Where there is nothing: says so, and what to do about it.
 * @param {{icon: import("./icon.js").IconName, title: string, children?: unknown}} props
 */
export function Empty({ icon, title, children }) {
  return html`<div class="empty"><${Icon} name=${icon} size=${32} /><p class="strong">${title}</p>${children}</div>`;
}
