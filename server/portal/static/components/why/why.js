import { call } from "../../core/api.js";
import { count, duration, words } from "../../core/language.js";
import { useLoaded } from "../../core/loading.js";
import { style } from "../../core/pages.js";
import { html } from "../../libraries/preact.js";
import { Dialog } from "../dialog.js";
import { Trouble } from "../trouble.js";
import { Waiting } from "../waiting.js";
import { Passages } from "./passages.js";
import { Sent } from "./sent.js";
import { Stages } from "./stages.js";

/** @typedef {import("./passages.js").TracedPassage} TracedPassage */
/**
 * What `GET /v1/responses/{id}/trace` tells.
 * @typedef {object} Trace
 * @property {boolean} withheld
 * @property {string[]} questions
 * @property {string[]} unanswered
 * @property {TracedPassage[]} passages
 * @property {import("./sent.js").SentPrompt | null} prompt
 * @property {import("./stages.js").Stage[]} stages
 * @property {string | null} engine
 * @property {string | null} model
 */

const say = words(
  {
    title: "Why this answer", searched: "Searched for", unanswered: "nothing found", passages: "Passages found", none: "Nothing was found.", stages: "Time",
    withheld: "This answer is made from documents of which you may not read all any more, so it is not told how it came about.",
    engine: "Engine", model: "Model", total: "In all", tokens: "Tokens read", nobody: "none: nothing was found",
  },
  {
    title: "为什么这样回答", searched: "检索的问题", unanswered: "没有找到", passages: "找到的段落", none: "没有找到任何内容。", stages: "用时",
    withheld: "该回答所依据的文档中，有些您已无权阅读，因此不显示其产生过程。",
    engine: "引擎", model: "模型", total: "总用时", tokens: "读取的词元", nobody: "无：没有找到内容",
  },
);

/**
 * A dialog that tells how an answer came about, to who edits the stores that were searched: the questions, what was
 * found and left out, what the engine read, and how long each stage took.
 * @param {{responseId: string, close: () => void}} props
 */
export function Why({ responseId, close }) {
  const loaded = useLoaded(async (signal) => {
    const [trace] = await Promise.all([call("GET", `/v1/responses/${encodeURIComponent(responseId)}/trace`, undefined, signal), style("why")]);
    return /** @type {Trace} */ (trace);
  }, [responseId]);
  return html`<${Dialog} title=${say("title")} close=${close} wide>
    ${loaded.error && html`<${Trouble} error=${loaded.error} retry=${loaded.reload} />`}
    ${!loaded.data && !loaded.error && html`<${Waiting} />`}
    ${loaded.data && html`<${Told} trace=${loaded.data} />`}
  </${Dialog}>`;
}

/** @param {{trace: Trace}} props */
function Told({ trace }) {
  const seconds = trace.stages.reduce((sum, stage) => sum + stage.seconds, 0);
  return html`<div class="why">
    <dl class="why-facts">
      <div><dt>${say("engine")}</dt><dd>${trace.engine === "none" ? say("nobody") : trace.engine ?? trace.model}</dd></div>
      <div><dt>${say("model")}</dt><dd>${trace.model}</dd></div>
      <div><dt>${say("total")}</dt><dd>${duration(seconds)}</dd></div>
      ${trace.prompt && html`<div><dt>${say("tokens")}</dt><dd>${count(trace.prompt.tokens)}</dd></div>`}
    </dl>
    ${trace.withheld && html`<p>${say("withheld")}</p>`}
    ${trace.questions.length > 0 && html`<section>
      <h3>${say("searched")}</h3>
      <ul class="why-questions">${trace.questions.map((question) => html`<li>${question}${trace.unanswered.includes(question) && html` <span class="badge warn">${say("unanswered")}</span>`}</li>`)}</ul>
    </section>`}
    ${!trace.withheld && trace.questions.length > 0 && html`<section>
      <h3>${say("passages")}</h3>
      ${trace.passages.length ? html`<${Passages} passages=${trace.passages} />` : html`<p class="soft">${say("none")}</p>`}
    </section>`}
    <section><h3>${say("stages")}</h3><${Stages} stages=${trace.stages} /></section>
    ${trace.prompt && html`<${Sent} prompt=${trace.prompt} />`}
  </div>`;
}
