import { Answer } from "../../components/answer/answer.js";
import { isOpen } from "../../components/answer/answer_of.js";
import { Button } from "../../components/button.js";
import { words } from "../../core/language.js";
import { html, useState } from "../../libraries/preact.js";
import { AnswerActions } from "./answer_actions.js";
import { AnswerTrouble } from "./answer_trouble.js";
import { EditQuestion } from "./edit_question.js";

/** @typedef {import("../../components/answer/answer_of.js").Answer} AnswerFacts */

const say = words(
  { you: "You asked", edit: "Edit the question", earlier: "Earlier version", later: "Later version", of: "{this} of {all}", answer: "Answer" },
  { you: "您的问题", edit: "编辑问题", earlier: "较早的版本", later: "较新的版本", of: "{this} / {all}", answer: "回答" },
);

/**
 * A question with its answer, and what can be done with both.
 * @param {{
 *   turn: import("./turns.js").Turn, busy: boolean, edits: boolean, cite: (source: import("../../components/answer/answer_of.js").Annotation) => void,
 *   ask: (question: string) => unknown, turnTo: (response: string) => Promise<void>, amend: (change: Partial<AnswerFacts>) => void,
 * }} props `ask` asks in place of this turn
 */
export function Turn({ turn, busy, edits, cite, ask, turnTo, amend }) {
  const [editing, edit] = useState(false);
  const { answer, question, siblings } = turn;
  const here = answer.id ? siblings.indexOf(answer.id) : -1;
  return html`<article class="turn" aria-label=${question.slice(0, 80)}>
    <div class="question">
      <h2 class="offscreen">${say("you")}</h2>
      ${editing
        ? html`<${EditQuestion} question=${question} send=${(/** @type {string} */ text) => { edit(false); ask(text); }} close=${() => edit(false)} />`
        : html`<p class="question-text">${question}</p>
          <div class="question-tools">
            ${siblings.length > 1 && here >= 0 && html`<span class="versions" role="group">
              <${Button} label=${say("earlier")} icon="ChevronLeft" kind="plain" quiet disabled=${busy || here === 0} act=${() => turnTo(siblings[here - 1])} />
              <span class="small soft">${say("of", { this: here + 1, all: siblings.length })}</span>
              <${Button} label=${say("later")} icon="ChevronRight" kind="plain" quiet disabled=${busy || here === siblings.length - 1} act=${() => turnTo(siblings[here + 1])} />
            </span>`}
            <${Button} label=${say("edit")} icon="Pencil" kind="plain" quiet disabled=${busy} act=${() => edit(true)} />
          </div>`}
    </div>
    <div class="reply">
      <h2 class="offscreen">${say("answer")}</h2>
      <${Answer} answer=${answer} cite=${cite} />
      ${answer.error && html`<${AnswerTrouble} error=${answer.error} busy=${busy} retry=${() => ask(question)} />`}
      ${!isOpen(answer) && html`<${AnswerActions} question=${question} answer=${answer} busy=${busy} edits=${edits} retry=${() => ask(question)} amend=${amend} />`}
    </div>
  </article>`;
}
