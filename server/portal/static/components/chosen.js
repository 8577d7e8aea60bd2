import { words } from "../core/language.js";
import { html } from "../libraries/preact.js";
import { Button } from "./button.js";
import { Icon } from "./icon.js";

const say = words({ drop: "Take {name} out" }, { drop: "移除 {name}" });

/**
 * What was picked in a field that suggests, each with a button that takes it out again.
 * @param {{label: string, options: import("./suggest.js").Option[], drop: (id: string) => void}} props
 */
export function Chosen({ label, options, drop }) {
  if (!options.length) return null;
  return html`<ul class="chosen" aria-label=${label}>
    ${options.map((one) => html`<li key=${one.id}>${one.icon && html`<${Icon} name=${one.icon} />`}<span>${one.name}</span>
      <${Button} label=${say("drop", { name: one.name })} icon="X" kind="plain" quiet act=${() => drop(one.id)} /></li>`)}
  </ul>`;
}
