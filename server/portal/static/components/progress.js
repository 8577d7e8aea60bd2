import { html } from "../libraries/preact.js";

/**
 * How far something is; without `total` it only shows that it goes on.
 * @param {{label: string, done?: number, total?: number | null}} props
 */
export function Progress({ label, done, total }) {
  const known = total ? { value: Math.min(done ?? 0, total), max: total } : {};
  return html`<progress aria-label=${label} ...${known}></progress>`;
}
