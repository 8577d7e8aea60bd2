import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Field } from "../../components/field.js";
import { tell } from "../../components/notices.js";
import { Trouble } from "../../components/trouble.js";
import { call } from "../../core/api.js";
import { words } from "../../core/language.js";
import { html, useState } from "../../libraries/preact.js";

const say = words(
  { title: "Thank you", what: "What was good about it?", wrong: "What was wrong with it?", seen: "Administrators see this with the question and the answer.", send: "Send", skip: "No comment", sent: "Sent" },
  { title: "谢谢", what: "好在哪里？", wrong: "有什么问题？", seen: "管理员会看到您的评论以及问题和回答。", send: "发送", skip: "不评论", sent: "已发送" },
);
const LONGEST = 4_000;

/** Asks for a word about a rating that was given. @param {{answer: import("../../components/answer/answer_of.js").Answer, amend: (change: Partial<import("../../components/answer/answer_of.js").Answer>) => void, close: () => void}} props */
export function FeedbackDialog({ answer, amend, close }) {
  const rating = answer.feedback?.rating ?? "up";
  const [comment, write] = useState(answer.feedback?.comment ?? "");
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  async function send() {
    setError(null);
    try {
      await call("POST", `/v1/responses/${answer.id}/feedback`, { rating, comment: comment.trim() });
      amend({ feedback: { rating, comment: comment.trim() } });
      tell(say("sent"));
      close();
    } catch (failure) {
      setError(/** @type {Error} */ (failure));
    }
  }
  const actions = html`<${Button} label=${say("skip")} act=${close} /><${Button} label=${say("send")} kind="primary" disabled=${!comment.trim()} act=${send} />`;
  return html`<${Dialog} title=${say("title")} close=${close} actions=${actions}>
    <div class="stack">
      <${Field} as="textarea" rows="4" maxlength=${LONGEST} label=${say(rating === "up" ? "what" : "wrong")} help=${say("seen")} value=${comment}
        onInput=${(/** @type {Event} */ event) => write(/** @type {HTMLTextAreaElement} */ (event.target).value)} />
      ${error && html`<${Trouble} error=${error} />`}
    </div>
  </${Dialog}>`;
}
