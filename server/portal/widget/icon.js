import { h } from "../libraries/preact.js";

/** @typedef {[tag: string, attributes: Record<string, string | number | undefined>][]} Drawing */

/** A drawing beside words. @param {{of: Drawing}} props */
export function Icon({ of }) {
  const stroke = { fill: "none", stroke: "currentColor", "stroke-width": 2, "stroke-linecap": "round", "stroke-linejoin": "round" };
  return h("svg", { viewBox: "0 0 24 24", width: 18, height: 18, "aria-hidden": "true", ...stroke }, of.map(([tag, attributes]) => h(tag, attributes)));
}
