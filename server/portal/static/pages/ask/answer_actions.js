import { sourcesOf } from "../../components/answer/answer_of.js";
import { Button } from "../../components/button.js";
import { tell, tellTrouble } from "../../components/notices.js";
import { call } from "../../core/api.js";
import { copy } from "../../core/clipboard.js";
import { later } from "../../core/later.js";
import { words } from "../../core/language.js";
import { html, useState } from "../../libraries/preact.js";
import { FeedbackDialog } from "./feedback_dialog.js";
import { asMarkdown } from "./markdown_of.js";
import { ShareDialog } from "./share_dialog.js";

const Why = later(() => import("../../components/why/why.js").then((module) => module.Why));

const say = words(
  { copy: "Copy the answer with its sources", copied: "Copied", retry: "Ask again", up: "Good answer", down: "Bad answer", share: "Share a link", why: "Why this answer" },
  { copy: "复制回答及来源", copied: "已复制", retry: "重新回答", up: "回答得好", down: "回答得不好", share: "分享链接", why: "为什么这样回答" },
);

/**
 * What can be done with an answer.
 * @param {{
 *   question: string, answer: import("../../components/answer/answer_of.js").Answer, busy: boolean, edits: boolean,
 *   retry: () => unknown, amend: (change: Partial<import("../../components/answer/answer_of.js").Answer>) => void,
 * }} props
 */
export function AnswerActions({ question, answer, busy, edits, retry, amend }) {
  const [dialog, open] = useState(/** @type {"" | "share" | "why" | "comment"} */ (""));
  const close = () => open("");
  const { id, feedback } = answer;

  async function copyAll() {
    await copy(asMarkdown(answer, sourcesOf(answer)));
    tell(say("copied"));
  }
  /** @param {"up" | "down"} rating */
  async function rate(rating) {
    const taken = feedback?.rating === rating;
    try {
      const given = await call("POST", `/v1/responses/${id}/feedback`, { rating: taken ? null : rating });
      amend({ feedback: taken ? null : (given.feedback ?? { rating, comment: null }) });
      if (!taken) open("comment");
    } catch (error) {
      tellTrouble(error);
    }
  }
  return html`
    <div class="answer-actions" role="toolbar" aria-label=${question.slice(0, 80)}>
      ${answer.text && html`<${Button} label=${say("copy")} icon="Copy" kind="plain" quiet act=${copyAll} />`}
      ${!answer.error && html`<${Button} label=${say("retry")} icon="RotateCw" kind="plain" quiet disabled=${busy} act=${() => { retry(); }} />`}
      ${id && answer.text && html`
        <${Button} label=${say("up")} icon="ThumbsUp" kind="plain" quiet aria-pressed=${feedback?.rating === "up"} act=${() => rate("up")} />
        <${Button} label=${say("down")} icon="ThumbsDown" kind="plain" quiet aria-pressed=${feedback?.rating === "down"} act=${() => rate("down")} />
        <${Button} label=${say("share")} icon="Link" kind="plain" quiet aria-pressed=${answer.shared} act=${() => open("share")} />
        ${edits && html`<${Button} label=${say("why")} icon="ListChecks" kind="plain" quiet act=${() => open("why")} />`}`}
    </div>
    ${dialog === "share" && html`<${ShareDialog} answer=${answer} amend=${amend} close=${close} />`}
    ${dialog === "comment" && html`<${FeedbackDialog} answer=${answer} amend=${amend} close=${close} />`}
    ${dialog === "why" && id && html`<${Why} responseId=${id} close=${close} />`}
  `;
}
