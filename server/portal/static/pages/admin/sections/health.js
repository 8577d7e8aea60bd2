import { Trouble } from "../../../components/trouble.js";
import { Waiting } from "../../../components/waiting.js";
import { call } from "../../../core/api.js";
import { useLoaded } from "../../../core/loading.js";
import { html, useState } from "../../../libraries/preact.js";
import { ComponentList } from "./health/component_list.js";
import { Measures } from "./health/measures.js";

const SECONDS = 5;

/** How Lectern is: its parts, its measures over time, and a thorough check. */
export default function Health() {
  const [range, setRange] = useState(/** @type {import("./health/use_series.js").Range} */ ("minutes"));
  const [paused, setPaused] = useState(false);
  const components = useLoaded((signal) => call("GET", "/v1/components", undefined, signal), [], paused ? 0 : SECONDS);
  return html`<div class="stack machine">
    ${components.error && html`<${Trouble} error=${components.error} retry=${components.reload} />`}
    ${components.data ? html`<${ComponentList} components=${components.data.data} />` : !components.error && html`<${Waiting} />`}
    ${(components.data || components.error) && html`<${Measures} range=${range} setRange=${setRange} paused=${paused} setPaused=${setPaused} />`}
  </div>`;
}
