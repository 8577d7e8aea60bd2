import { Answer } from "../../components/answer/answer.js";
import { answerOf } from "../../components/answer/answer_of.js";
import { Empty } from "../../components/empty.js";
import { Icon } from "../../components/icon.js";
import { Trouble } from "../../components/trouble.js";
import { Viewer } from "../../components/viewer/viewer.js";
import { Waiting } from "../../components/waiting.js";
import { call, Failure } from "../../core/api.js";
import { moment, words } from "../../core/language.js";
import { useLoaded, useTitle } from "../../core/loading.js";
import { may } from "../../core/session.js";
import { html, useEffect, useRef, useState } from "../../libraries/preact.js";
import { Sharing } from "./sharing.js";

const say = words(
  {
    title: "Answer", when: "Answered on {moment}", none: "There is no such answer for you",
    none_why: "It was not shared, is shared no more, or was deleted. Ask the person who sent you the link.",
    withheld: "This answer is made from documents that you may not read, or that are gone. What it says is not shown to you.",
  },
  {
    title: "回答", when: "回答于 {moment}", none: "没有您可以查看的此回答",
    none_why: "它未被分享、已停止分享或已被删除。请联系发送链接给您的人。",
    withheld: "此回答所依据的文档您无权阅读，或已不存在，因此不向您显示其内容。",
  },
);

/** @typedef {{role?: string, type: string, content?: {text?: string}[]}} Item */

/** One answer by its address, as far as who reads it may see it. @param {{response: string}} props */
export default function AnswerPage({ response: id }) {
  useTitle(say("title"));
  const path = `/v1/responses/${encodeURIComponent(id)}`;
  const { data, error, reload } = useLoaded(
    async (signal) => {
      const [response, items] = await Promise.all([call("GET", path, undefined, signal), call("GET", `${path}/input_items?order=asc&limit=100`, undefined, signal)]);
      return { response, question: questionOf(items.data) };
    },
    [id],
  );
  if (data && !error) return html`<${Shown} key=${id} response=${data.response} question=${data.question} reload=${reload} />`;
  const hidden = error instanceof Failure && error.status === 404;
  return html`<div class="page">
    <h1 class="offscreen">${say("title")}</h1>
    ${hidden ? html`<${Empty} icon="Lock" title=${say("none")}><p>${say("none_why")}</p></${Empty}>` : error ? html`<${Trouble} error=${error} retry=${reload} />` : html`<${Waiting} />`}
  </div>`;
}

/** @param {{response: any, question: string, reload: () => Promise<void>}} props */
function Shown({ response, question, reload }) {
  const [source, read] = useState(/** @type {import("../../components/viewer/source.js").Source | null} */ (null));
  const beside = useRef(/** @type {HTMLElement | null} */ (null));
  const before = useRef(/** @type {Element | null} */ (null));
  useEffect(() => beside.current?.focus(), [source]);
  const cite = (/** @type {import("../../components/viewer/source.js").Source} */ chosen) => {
    before.current = document.activeElement;
    read(chosen);
  };
  const close = () => {
    read(null);
    if (before.current instanceof HTMLElement) before.current.focus();
  };
  const answer = answerOf(response);
  return html`<div class="page"><div class=${`shared-answer ${source ? "reading" : ""}`}>
    <article>
      <h1 class="question" dir="auto">${question || say("title")}</h1>
      <p class="soft small">${say("when", { moment: moment(response.created_at) })}</p>
      ${answer.withheld ? html`<p class="withheld"><${Icon} name="Lock" /><span>${say("withheld")}</span></p>` : html`<${Answer} answer=${answer} cite=${cite} />`}
      ${(response.own || (response.shared && may("admin"))) && html`<${Sharing} response=${response} changed=${reload} />`}
    </article>
    ${source && html`<aside ref=${beside} tabindex="-1" onKeyDown=${(/** @type {KeyboardEvent} */ event) => event.key === "Escape" && close()}><${Viewer} source=${source} close=${close} /></aside>`}
  </div></div>`;
}

/** What somebody asked. @param {Item[]} items */
function questionOf(items) {
  const asked = items.filter((item) => item.type === "message" && item.role === "user");
  return asked.map((item) => (item.content ?? []).map((part) => part.text ?? "").join("\n")).join("\n\n").trim();
}
