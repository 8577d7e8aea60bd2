import { Icon } from "../../components/icon.js";
import { percent, words } from "../../core/language.js";
import { html } from "../../libraries/preact.js";

const say = words(
  {
    fine: "Everything in this document was read.", wait: "The document is not read yet.", not: "Nothing was read of this document.", lost: "Not read", noted: "To know", quality: "How well it can be used", duplicate: "Another document says the same",
    see: "see that document", replaces: "It takes the place of another document as soon as it is read.",
  },
  {
    fine: "该文档的全部内容都已读取。", wait: "该文档尚未读取。", not: "没有读取到该文档的内容。", lost: "未读取", noted: "须知", quality: "可用程度", duplicate: "另一文档内容相同",
    see: "查看该文档", replaces: "读取完成后，它将替换另一文档。",
  },
);

/** What was skipped of a document and what to know of it, in plain words. @param {{entry: any}} props */
export function Remarks({ entry }) {
  const quiet = !entry.losses.length && !entry.warnings.length && !entry.quality_reasons.length && !entry.duplicate_of;
  const other = `/documents/${encodeURIComponent(entry.vector_store_id)}/${encodeURIComponent(entry.duplicate_of)}`;
  return html`<div class="stack">
    ${quiet && html`<p class="soft row">${entry.status === "completed" && html`<${Icon} name="CircleCheck" />`} ${say(entry.status === "completed" ? "fine" : entry.status === "in_progress" ? "wait" : "not")}</p>`}
    ${entry.losses.length > 0 && html`<section><h2>${say("lost")}</h2><ul>${entry.losses.map((/** @type {string} */ loss) => html`<li>${loss}</li>`)}</ul></section>`}
    ${entry.warnings.length > 0 && html`<section><h2>${say("noted")}</h2><ul>${entry.warnings.map((/** @type {string} */ warning) => html`<li>${warning}</li>`)}</ul></section>`}
    ${entry.quality !== null && entry.quality_reasons.length > 0 && html`<section><h2>${say("quality")}: ${percent(entry.quality)}</h2>
      <ul>${entry.quality_reasons.map((/** @type {string} */ reason) => html`<li>${reason}</li>`)}</ul></section>`}
    ${entry.duplicate_of && html`<p>${say("duplicate")}: <a href=${other}>${say("see")}</a></p>`}
    ${entry.replaces && html`<p>${say("replaces")}</p>`}
  </div>`;
}
