import { words } from "../../core/language.js";
import { html } from "../../libraries/preact.js";
import { Icon } from "../icon.js";
import { isOpen, sourcesOf } from "./answer_of.js";

const say = words(
  {
    missing: "Not in your documents", searched: "Searched for: {queries}", try: "If a document should answer this, see that it was uploaded and is in the stores that are searched.",
    parts: "Not found in the documents:", quoted: "Quoted from the documents; no model wrote this.", down: "The model did not answer. These are quotes from the documents.",
    unfounded: "Nothing in this answer could be traced to a document.", incomplete: "The answer was cut off at its greatest length.", cancelled: "Stopped.",
    withheld: "A part of this answer is withheld: you may not read the documents behind it.",
  },
  {
    missing: "您的文档中没有相关内容", searched: "已搜索：{queries}", try: "如果某个文档应包含答案，请确认它已上传，并在所搜索的文档库中。",
    parts: "文档中没有找到：", quoted: "以上内容直接引自文档，并非由模型撰写。", down: "模型没有响应。以下内容直接引自文档。",
    unfounded: "此回答中的内容均无法追溯到文档。", incomplete: "回答已达到最大长度，被截断。", cancelled: "已停止。",
    withheld: "此回答有部分内容不予显示：您无权阅读其依据的文档。",
  },
);
const EXTRACTIVE = "extractive";

/** Whether stores were searched for an answer and nothing in them was about the question. @param {import("./answer_of.js").Answer} answer */
export const isMissing = (answer) => answer.status === "completed" && answer.knowledge?.found === false && !answer.withheld;

/** Whether an answer is quotes alone. While it comes, the model's name tells. @param {import("./answer_of.js").Answer} answer */
export function isQuoted({ knowledge, model }) {
  return knowledge ? knowledge.engine === EXTRACTIVE && knowledge.found : model.split("@")[0] === EXTRACTIVE;
}

/** Whether quotes stand in for a model that did not answer. @param {import("./answer_of.js").Answer} answer */
export const isQuotedInstead = (answer) => answer.knowledge?.engine === EXTRACTIVE && !answer.model.startsWith(EXTRACTIVE);

/**
 * What has to be known of an answer beside its text.
 * @param {{answer: import("./answer_of.js").Answer}} props
 */
export function Notes({ answer }) {
  const { knowledge, status, queries } = answer;
  if (isOpen(answer)) return null;
  const unanswered = knowledge?.found ? (knowledge.unanswered ?? []) : [];
  const unfounded = status === "completed" && knowledge?.found && !knowledge.grounded && !sourcesOf(answer).length && !answer.withheld;
  return html`
    ${isMissing(answer) && html`<${Note} icon="FileX">${queries.length > 0 && html`<p>${say("searched", { queries: queries.join(" · ") })}</p>`}<p>${say("try")}</p></${Note}>`}
    ${unanswered.length > 0 && html`<${Note} icon="CircleHelp" kind="warn"><p>${say("parts")}</p><ul>${unanswered.map((question) => html`<li>${question}</li>`)}</ul></${Note}>`}
    ${isQuotedInstead(answer) ? html`<${Note} icon="TriangleAlert" kind="warn"><p>${say("down")}</p></${Note}>` : knowledge?.engine === EXTRACTIVE && knowledge.found && html`<${Note} icon="Info"><p>${say("quoted")}</p></${Note}>`}
    ${unfounded && html`<${Note} icon="TriangleAlert" kind="warn"><p>${say("unfounded")}</p></${Note}>`}
    ${answer.withheld && html`<${Note} icon="Lock"><p>${say("withheld")}</p></${Note}>`}
    ${status === "incomplete" && html`<${Note} icon="Info"><p>${say("incomplete")}</p></${Note}>`}
    ${status === "cancelled" && html`<${Note} icon="Square"><p>${say("cancelled")}</p></${Note}>`}
  `;
}

/** @param {{icon: import("../icon.js").IconName, kind?: "" | "warn", children?: unknown}} props */
function Note({ icon, kind = "", children }) {
  return html`<div class=${`note ${kind}`}><${Icon} name=${icon} size=${16} /><div>${children}</div></div>`;
}

/** The words over an answer that nothing was found for. */
export function MissingTitle() {
  return html`<p class="missing-title"><${Icon} name="FileX" size=${16} />${say("missing")}</p>`;
}
