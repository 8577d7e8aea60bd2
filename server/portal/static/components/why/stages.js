import { duration, words } from "../../core/language.js";
import { html } from "../../libraries/preact.js";

/** @typedef {{name: string, seconds: number}} Stage */

const say = words(
  { rewrite: "Make the question stand alone", embed: "Read its meaning", search: "Search", rerank: "Rerank", prompt: "Pack the prompt", first_token: "Until the first word", answer: "The rest of the answer" },
  { rewrite: "改写为独立的问题", embed: "计算语义向量", search: "检索", rerank: "重排", prompt: "组装提示", first_token: "首个词出现前", answer: "其余的回答" },
);

const KNOWN = new Set(["rewrite", "embed", "search", "rerank", "prompt", "first_token", "answer"]);

/** How long each stage of an answer took, beside each other. @param {{stages: Stage[]}} props */
export function Stages({ stages }) {
  const most = Math.max(...stages.map((stage) => stage.seconds), 0.001);
  return html`<div class="why-stages">
    ${stages.map(
      ({ name, seconds }) => html`<span>${KNOWN.has(name) ? say(/** @type {"search"} */ (name)) : name}</span>
        <span class="why-bar" aria-hidden="true"><span style=${{ width: `${(100 * seconds) / most}%` }}></span></span>
        <span class="number">${duration(seconds)}</span>`,
    )}
  </div>`;
}
