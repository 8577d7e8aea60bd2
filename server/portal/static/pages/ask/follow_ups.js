import { words } from "../../core/language.js";
import { html } from "../../libraries/preact.js";

const say = words({ next: "You could ask next" }, { next: "接下来可以问" });

/** Questions that could be asked next; pressed, each is asked. @param {{questions: string[], ask: (question: string) => unknown}} props */
export function FollowUps({ questions, ask }) {
  if (!questions.length) return null;
  return html`<div class="follow-ups" role="group" aria-label=${say("next")}>
    ${questions.map((question) => html`<button type="button" class="follow-up" onClick=${() => { ask(question); }}>${question}</button>`)}
  </div>`;
}
