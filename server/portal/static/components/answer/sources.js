import { words } from "../../core/language.js";
import { html } from "../../libraries/preact.js";
import { Icon } from "../icon.js";
import { placeOfSource } from "./place.js";

const say = words({ sources: "Sources", doubtful: "scan, uncertain" }, { sources: "来源", doubtful: "扫描件，不确定" });

/**
 * The sources of an answer, by their numbers; pressed, each opens its place.
 * @param {{sources: import("./answer_of.js").Annotation[], cite: (annotation: import("./answer_of.js").Annotation) => void}} props
 */
export function Sources({ sources, cite }) {
  if (!sources.length) return null;
  return html`<section class="sources" aria-label=${say("sources")}>
    <p class="sources-title">${say("sources")}</p>
    <ol>
      ${sources.map((one) => html`<li key=${one.marker}><button type="button" class="source" onClick=${() => cite(one)}>
        <span class="citation" aria-hidden="true">${one.marker}</span>
        <span class="source-name">${one.filename}</span>
        <span class="soft small">${placeOfSource(one)}</span>
        ${one.low_confidence && html`<span class="badge warn"><${Icon} name="TriangleAlert" size=${14} />${say("doubtful")}</span>`}
      </button></li>`)}
    </ol>
  </section>`;
}
