import * as icons from "../libraries/icons.js";
import { h } from "../libraries/preact.js";

/** @typedef {keyof typeof icons} IconName */

/**
 * A drawing beside words, or, with `label`, instead of them.
 * @param {{name: IconName, size?: number, label?: string, class?: string}} props
 */
export function Icon({ name, size = 18, label, class: extra = "" }) {
  const shown = label ? { role: "img", "aria-label": label } : { "aria-hidden": "true" };
  const parts = icons[name].map(([tag, attributes]) => h(tag, attributes));
  return h(
    "svg",
    { class: `icon ${extra}`, viewBox: "0 0 24 24", width: size, height: size, fill: "none", stroke: "currentColor", "stroke-width": 2, "stroke-linecap": "round", "stroke-linejoin": "round", ...shown },
    parts,
  );
}
