import { Button } from "../../components/button.js";
import { Field } from "../../components/field.js";
import { words } from "../../core/language.js";
import { html, useState } from "../../libraries/preact.js";

const say = words(
  { question: "Your question", go: "Ask it", own: "What does the document say, in short?", samples: "What is the hotel limit per night in Zurich?", why: "Lectern answers from “{store}” and shows the page it found it on." },
  { question: "您的问题", go: "提问", own: "这份文档主要讲了什么？", samples: "工龄满10年的员工有多少天年假？", why: "Lectern 将从“{store}”中作答，并显示答案所在的页面。" },
);

/** @param {{progress: import("./progress.js").Progress, leave: (address: string) => void}} props */
export function FirstQuestion({ progress, leave }) {
  const { store } = progress;
  const isSample = !store || store.name === "samples";
  const [question, setQuestion] = useState(say(isSample ? "samples" : "own"));
  /** @param {SubmitEvent} event */
  function submit(event) {
    event.preventDefault();
    leave(`/ask?${new URLSearchParams({ q: question, ...(store ? { store: store.id } : {}) })}`);
  }
  return html`<p>${store && say("why", { store: store.name })}</p><form onSubmit=${submit}>
    <${Field} as="textarea" rows="2" label=${say("question")} value=${question} maxlength="2000" required onInput=${(/** @type {Event} */ event) => setQuestion(/** @type {HTMLTextAreaElement} */ (event.target).value)} />
    <${Button} type="submit" kind="primary" label=${say("go")} icon="Send" />
  </form>`;
}
