import { placeOfSource } from "../../../components/answer/place.js";
import { Icon } from "../../../components/icon.js";
import { Markdown } from "../../../components/markdown.js";
import { moment, words } from "../../../core/language.js";
import { html } from "../../../libraries/preact.js";

const say = words(
  { up: "Helpful", down: "Not helpful", answer: "Answer", sources: "Sources", open: "Open the answer", gone: "The answer has been deleted since.", withheld: "Withheld: a document behind it is gone.", unsaid: "No comment" },
  { up: "有帮助", down: "没有帮助", answer: "回答", sources: "来源", open: "打开回答", gone: "该回答已被删除。", withheld: "不予显示：其依据的文档已不存在。", unsaid: "没有评论" },
);

/** @typedef {import("../../../components/viewer/source.js").Source & {marker?: number}} Cited */
/**
 * @typedef {{id: string, rating: "up" | "down", comment: string | null, created_at: number, owner?: string, model?: string,
 *   question?: string, answer?: string, sources?: Cited[], withheld?: boolean}} Rated
 */

/** What one person thought of one answer; `author` is the person. @param {{opinion: Rated, author: string}} props */
export function Opinion({ opinion, author }) {
  const { rating, comment, created_at, question, answer, withheld } = opinion;
  return html`<li class="card opinion">
    <p class="row opinion-head">
      <span class=${`badge ${rating === "up" ? "good" : "bad"}`}><${Icon} name=${rating === "up" ? "ThumbsUp" : "ThumbsDown"} size=${14} />${say(rating)}</span>
      <span class="soft small">${author && html`<bdi>${author}</bdi> · `}${moment(created_at)}</span>
    </p>
    ${question === undefined ? html`<p class="soft">${say("gone")}</p>` : html`<p class="strong opinion-question" dir="auto">${question}</p>`}
    ${comment ? html`<blockquote dir="auto">${comment}</blockquote>` : html`<p class="soft small">${say("unsaid")}</p>`}
    ${question !== undefined && html`<details>
      <summary>${say("answer")}</summary>
      ${withheld ? html`<p class="soft">${say("withheld")}</p>` : html`<${Markdown} text=${answer ?? ""} />`}
      <${Places} sources=${opinion.sources ?? []} />
      <p><a href=${`/answers/${opinion.id}`}>${say("open")}</a></p>
    </details>`}
  </li>`;
}

/** @param {{sources: Cited[]}} props */
function Places({ sources }) {
  const seen = new Map(sources.map((one) => [one.marker, one]));
  if (!seen.size) return null;
  return html`<p class="strong small">${say("sources")}</p>
    <ol class="small">${[...seen.values()].map((one) => html`<li value=${one.marker}><bdi>${one.filename}</bdi> <span class="soft">${placeOfSource(one)}</span></li>`)}</ol>`;
}
