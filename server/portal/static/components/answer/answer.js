import { words } from "../../core/language.js";
import { style } from "../../core/pages.js";
import { html, useEffect, useMemo, useState } from "../../libraries/preact.js";
import { Icon } from "../icon.js";
import { isOpen, sourcesOf } from "./answer_of.js";
import { AnswerText } from "./answer_text.js";
import { MissingTitle, Notes, isMissing, isQuoted } from "./notes.js";
import { Quotes } from "./quotes.js";
import { Sources } from "./sources.js";

const say = words(
  { searching: "Searching your documents …", writing: "Reading what was found …", thinking: "Thinking", thought: "What the model thought" },
  { searching: "正在搜索您的文档……", writing: "正在阅读找到的内容……", thinking: "正在思考", thought: "模型的思考过程" },
);

/**
 * An answer, whether complete or on its way: its text with citations, its sources, and what has to be known of it.
 * `cite` is told of the source that somebody wants to see.
 * @param {{answer: import("./answer_of.js").Answer, cite: (source: import("./answer_of.js").Annotation) => void}} props
 */
export function Answer({ answer, cite }) {
  const [dressed, dress] = useState(false);
  useEffect(() => {
    style("answer").then(() => dress(true));
  }, []);
  const sources = useMemo(() => sourcesOf(answer), [answer.annotations]);
  if (!dressed) return null;
  const open = isOpen(answer);
  return html`<div class="answer">
    ${answer.thought && html`<details class="thought"><summary>${open && !answer.text ? say("thinking") : say("thought")}</summary><p>${answer.thought}</p></details>`}
    ${isMissing(answer) && html`<${MissingTitle} />`}
    ${open && !answer.text && html`<p class="answer-step"><${Icon} name="LoaderCircle" class="turning" />${say(answer.id ? "writing" : "searching")}</p>`}
    <${isQuoted(answer) ? Quotes : AnswerText} text=${answer.text} annotations=${answer.annotations} open=${open} cite=${cite} />
    <${Notes} answer=${answer} />
    ${!open && html`<${Sources} sources=${sources} cite=${cite} />`}
  </div>`;
}
