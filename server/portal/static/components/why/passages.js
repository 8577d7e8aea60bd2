import { addressOf } from "../../core/addresses.js";
import { percent, words } from "../../core/language.js";
import { html } from "../../libraries/preact.js";

/**
 * @typedef {object} TracedPassage
 * @property {number | null} marker its number in the prompt
 * @property {boolean} packed
 * @property {"room" | "score" | null} left_out
 * @property {string} file_id
 * @property {string} filename
 * @property {string} vector_store_id
 * @property {number | null} page
 * @property {string | null} sheet
 * @property {string | null} cells
 * @property {string[]} headings
 * @property {string} text
 * @property {number} dense_score
 * @property {number} sparse_score
 * @property {number | null} rerank_score
 * @property {number} score
 */

const say = words(
  {
    passage: "Passage", meaning: "Meaning", word: "Words", rerank: "Reranker", score: "Relevance", sent: "In the prompt", marked: "as [{number}]",
    room: "no room", low: "not relevant enough", page: "p.\u00a0{page}", open: "Open it in the document", table: "The passages, their scores, and which of them the engine read",
    meaningHelp: "Similarity of question and passage by the embedder", wordsHelp: "Share of the question's words by their rarity; about 1: all of them",
  },
  {
    passage: "段落", meaning: "语义", word: "词语", rerank: "重排", score: "相关度", sent: "是否写入提示", marked: "作为 [{number}]",
    room: "空间不足", low: "相关度不够", page: "第\u00a0{page}\u00a0页", open: "在文档中打开", table: "各段落、得分，以及引擎读取了哪些段落",
    meaningHelp: "嵌入模型给出的问题与段落的相似度", wordsHelp: "问题中的词语按稀有程度计算的占比；约为 1 表示全部包含",
  },
);

/** The passages that were found, best first, each with its scores and whether the engine read it. @param {{passages: TracedPassage[]}} props */
export function Passages({ passages }) {
  const reranked = passages.some((passage) => passage.rerank_score !== null);
  return html`<div class="scroll" tabindex="0" role="group" aria-label=${say("table")}><table>
    <thead><tr>
      <th>${say("passage")}</th><th>${say("sent")}</th><th class="number">${say("score")}</th>
      <th class="number" title=${say("meaningHelp")}>${say("meaning")}</th><th class="number" title=${say("wordsHelp")}>${say("word")}</th>
      ${reranked && html`<th class="number">${say("rerank")}</th>`}
    </tr></thead>
    <tbody>${passages.map((passage, index) => html`<${Row} key=${index} passage=${passage} reranked=${reranked} />`)}</tbody>
  </table></div>`;
}

/** @param {{passage: TracedPassage, reranked: boolean}} props */
function Row({ passage, reranked }) {
  const where = passage.sheet ? `${passage.sheet} ${passage.cells ?? ""}`.trim() : passage.page ? say("page", { page: passage.page }) : "";
  const place = [passage.filename, where, passage.headings.join(" › ")].filter(Boolean).join(" · ");
  const quote = [...passage.text].slice(0, 200).join("");
  return html`<tr class=${passage.packed ? "" : "left-out"}>
    <td><details><summary>${place}</summary><div class="why-text" tabindex="0">${passage.text}</div><p class="small"><a href=${addressOf({ ...passage, quote })}>${say("open")}</a></p></details></td>
    <td>${passage.packed ? html`<span class="badge good">${say("marked", { number: passage.marker ?? "" })}</span>` : html`<span class="badge">${say(passage.left_out === "room" ? "room" : "low")}</span>`}</td>
    <td class="number" data-label=${say("score")}>${percent(passage.score)}</td>
    <td class="number" data-label=${say("meaning")}>${passage.dense_score.toFixed(2)}</td>
    <td class="number" data-label=${say("word")}>${passage.sparse_score.toFixed(2)}</td>
    ${reranked && html`<td class="number" data-label=${say("rerank")}>${passage.rerank_score === null ? "–" : passage.rerank_score.toFixed(2)}</td>`}
  </tr>`;
}
