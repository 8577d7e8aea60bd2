import { words } from "../../../../core/language.js";
import { html } from "../../../../libraries/preact.js";
import { said } from "../health/findings.js";
import { sayState } from "../health/words.js";

/** @typedef {import("../health/findings.js").Component} Component */

const say = words(
  { table: "Models in use", task: "Task", model: "Model", state: "State", answers: "Answers questions", embeds: "Finds by meaning", ranks: "Ranks what was found", none: "none" },
  { table: "正在使用的模型", task: "用途", model: "模型", state: "状态", answers: "回答问题", embeds: "按语义查找", ranks: "对结果重排", none: "无" },
);
const KINDS = { ok: "good", starting: "accent", impaired: "warn", down: "bad", off: "" };

/** What models there are, and what each is for. @param {{models: {id: string, task: string}[], components: Component[]}} props */
export function ModelTable({ models, components }) {
  const byId = Object.fromEntries(components.map((component) => [component.id, component]));
  // MODEL@STORE is the same model with a store's documents.
  const answering = models.filter(({ id, task }) => task === "chat" && !id.includes("@")).map(({ id }) => id);
  /** @type {[string, string[], Component][]} */
  const rows = [
    [say("answers"), answering, byId.engine],
    [say("embeds"), byId.embedder.facts.model ? [String(byId.embedder.facts.model)] : [], byId.embedder],
    [say("ranks"), byId.reranker.facts.model ? [String(byId.reranker.facts.model)] : [], byId.reranker],
  ];
  return html`<div class="scroll card" tabindex="0" role="region" aria-label=${say("table")}><table>
    <thead><tr><th>${say("task")}</th><th>${say("model")}</th><th>${say("state")}</th></tr></thead>
    <tbody>${rows.map(([task, names, component]) => html`<tr key=${component.id}>
      <td>${task}</td>
      <td>${names.length ? names.map((name) => html`<div><code>${name}</code></div>`) : html`<span class="soft">${say("none")}</span>`}</td>
      <td><span class=${`badge ${KINDS[component.state]}`}>${sayState(component.state)}</span><div class="small soft">${said(component).found}</div></td>
    </tr>`)}</tbody>
  </table></div>`;
}
