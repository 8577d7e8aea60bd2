import { Icon } from "../../../../components/icon.js";
import { ago, words } from "../../../../core/language.js";
import { html } from "../../../../libraries/preact.js";
import { said } from "./findings.js";
import { sayComponent, sayState } from "./words.js";

/** @typedef {import("./findings.js").Component} Component */

const say = words({ since: "{state} since {when}", list: "Parts of Lectern" }, { since: "{state}，{when}起", list: "Lectern 的各部分" });

/** @type {Record<Component["state"], {icon: import("../../../../components/icon.js").IconName, kind: string}>} */
const LOOKS = {
  ok: { icon: "CircleCheck", kind: "good" },
  starting: { icon: "Clock", kind: "accent" },
  impaired: { icon: "TriangleAlert", kind: "warn" },
  down: { icon: "CircleX", kind: "bad" },
  off: { icon: "Minus", kind: "" },
};

/** Each part of Lectern: how it is, since when, and what to do. @param {{components: Component[]}} props */
export function ComponentList({ components }) {
  return html`<ul class="components card" aria-label=${say("list")}>
    ${components.map((component) => {
      const { found, advice } = said(component);
      const { icon, kind } = LOOKS[component.state];
      const state = sayState(component.state);
      return html`<li key=${component.id}>
        <h2>${sayComponent(component.id)}</h2>
        <div><p>${found}</p>${advice && html`<p class="small soft">${advice}</p>`}</div>
        <span class=${`badge ${kind}`} title=${say("since", { state, when: ago(component.since) })}><${Icon} name=${icon} size=${14} />${state}</span>
      </li>`;
    })}
  </ul>`;
}
