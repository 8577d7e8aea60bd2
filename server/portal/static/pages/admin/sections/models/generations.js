import { Empty } from "../../../../components/empty.js";
import { Progress } from "../../../../components/progress.js";
import { count, words } from "../../../../core/language.js";
import { html } from "../../../../libraries/preact.js";

/** @typedef {{number: number, embedder: string, files_done: number, files: number}} Building */
/** @typedef {{id: string, name: string, generation: {number: number, embedder: string, building: Building | null}}} Store */

const say = words(
  {
    store: "Store", embedder: "Answers from", progress: "Change to another embedder", none: "There is no store yet", same: "none under way",
    done: "{done} of {files} files, to {embedder}", doing: "Progress of {store}", table: "Embedder of each store",
  },
  {
    store: "知识库", embedder: "当前使用", progress: "更换向量模型", none: "还没有知识库", same: "无",
    done: "{done} / {files} 个文件，换用 {embedder}", doing: "{store} 的进度", table: "各知识库的向量模型",
  },
);

/** A fingerprint is the model's name, and what tells it from others of that name. @param {string} fingerprint */
const nameOf = (fingerprint) => fingerprint.split("/")[0] || fingerprint;

/** From which embedder's vectors each store answers, and how far a change to another one is. @param {{stores: Store[]}} props */
export function Generations({ stores }) {
  if (!stores.length) return html`<${Empty} icon="Database" title=${say("none")} />`;
  return html`<div class="scroll card" tabindex="0" role="region" aria-label=${say("table")}><table>
    <thead><tr><th>${say("store")}</th><th>${say("embedder")}</th><th>${say("progress")}</th></tr></thead>
    <tbody>${stores.map(({ id, name, generation: { embedder, building } }) => html`<tr key=${id}>
      <td>${name}</td>
      <td><code title=${embedder}>${nameOf(embedder)}</code></td>
      <td>${building
        ? html`<${Progress} label=${say("doing", { store: name })} done=${building.files_done} total=${building.files} />
            <div class="small soft">${say("done", { done: count(building.files_done), files: count(building.files), embedder: nameOf(building.embedder) })}</div>`
        : html`<span class="soft">${say("same")}</span>`}</td>
    </tr>`)}</tbody>
  </table></div>`;
}
