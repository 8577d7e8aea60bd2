import { isOpen } from "../../components/answer/answer_of.js";
import { Button } from "../../components/button.js";
import { tellTrouble } from "../../components/notices.js";
import { Trouble } from "../../components/trouble.js";
import { Waiting } from "../../components/waiting.js";
import { Failure } from "../../core/api.js";
import { later } from "../../core/later.js";
import { words } from "../../core/language.js";
import { useTitle } from "../../core/loading.js";
import { may } from "../../core/session.js";
import { html, useEffect, useLocation, useRef, useState } from "../../libraries/preact.js";
import { Missing } from "../../shell/missing.js";
import { Composer } from "./composer.js";
import { FollowUps } from "./follow_ups.js";
import { Side } from "./side.js";
import { Starters } from "./starters.js";
import { useAtEnd } from "./use_at_end.js";
import { useChoice } from "./use_choice.js";
import { useDraft } from "./use_draft.js";
import { useTalk } from "./use_talk.js";

const SourcePane = later(() => import("./source_pane.js").then((module) => module.SourcePane));
const Turn = later(() => import("./turn.js").then((module) => module.Turn));

const say = words({ title: "Ask", end: "To the end", done: "The answer is complete.", asking: "The answer is coming." }, { title: "提问", end: "到底部", done: "回答已完成。", asking: "正在回答。" });

/**
 * Asking the documents: conversations at the side, questions and answers, and the document that a citation names.
 * @param {{params: {conversation?: string}, query: Record<string, string>}} props
 */
export default function Ask({ params: { conversation }, query }) {
  const { route, path } = useLocation();
  const [version, again] = useState(0);
  const [source, open] = useState(/** @type {import("../../components/answer/answer_of.js").Annotation | null} */ (null));
  const opener = useRef(/** @type {Element | null} */ (null));
  const place = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const choice = useChoice();
  const talk = useTalk(conversation, (id) => route(`/ask/${id}`, true), () => again((number) => number + 1));
  const [text, write] = useDraft(query.q);
  const turns = talk.turns ?? [];
  const last = turns.at(-1)?.answer;
  const end = useAtEnd(turns.length, conversation);
  useTitle(turns[0]?.question.slice(0, 60) || say("title"));
  useEffect(() => {
    // The start page is this page too; its address must not change its place in the frame when a conversation begins.
    if (path === "/") route("/ask", true);
  }, [path]);
  useEffect(() => {
    open(null);
    if (matchMedia("(pointer: fine)").matches) place.current?.focus();
  }, [conversation]);

  /** @param {string} question @param {number} [at] */
  function ask(question, at) {
    write("");
    end.follow();
    return talk.ask(question, { model: choice.model, stores: choice.chosen }, at);
  }
  /** @param {import("../../components/answer/answer_of.js").Annotation} one */
  function cite(one) {
    opener.current = document.activeElement;
    end.rest();
    open(one);
  }
  useEffect(() => {
    // Beside the document there is less room: what was pressed must stay in sight.
    if (source) opener.current?.scrollIntoView({ block: "nearest" });
  }, [source]);
  function close() {
    open(null);
    /** @type {HTMLElement | null} */ (opener.current)?.focus?.();
  }
  /** @param {string | undefined} id */
  const choose = (id) => route(id ? `/ask/${encodeURIComponent(id)}` : "/ask");

  if (talk.error instanceof Failure && talk.error.status === 404) return html`<${Missing} />`;
  return html`<div class=${`ask ${source ? "with-source" : ""}`}>
    <${Side} shown=${conversation} fresh=${turns[0]?.askedAt === null ? turns[0].question : undefined} version=${version} choose=${choose} gone=${(/** @type {string} */ id) => id === conversation && choose(undefined)} />
    <section class="talk" aria-label=${say("title")}>
      <div class="turns" ref=${end.place} tabindex="-1">
        <div class="turns-inner">
          ${turns.length > 0 && html`<h1 class="offscreen">${turns[0].question.slice(0, 120)}</h1>`}
          ${talk.error ? html`<${Trouble} error=${talk.error} retry=${talk.reload} />` : !talk.turns ? html`<${Waiting} />` : null}
          ${talk.turns && !turns.length && html`<${Starters} choice=${choice} ask=${ask} />`}
          ${turns.map((turn, index) => html`<${Turn} key=${turn.key} turn=${turn} busy=${talk.busy} edits=${may("editor")} cite=${cite}
            ask=${(/** @type {string} */ question) => ask(question, index)} turnTo=${(/** @type {string} */ id) => talk.turnTo(id).catch(tellTrouble)}
            amend=${(/** @type {Partial<import("../../components/answer/answer_of.js").Answer>} */ change) => talk.amend(index, change)} />`)}
          ${last && !isOpen(last) && html`<${FollowUps} questions=${last.knowledge?.follow_ups ?? []} ask=${ask} />`}
        </div>
      </div>
      ${end.isAway && html`<div class="to-end"><${Button} label=${say("end")} icon="ArrowDown" act=${end.follow} /></div>`}
      <${Composer} text=${text} write=${write} send=${() => ask(text.trim())} stop=${talk.stop} busy=${talk.busy} asked=${turns.map((turn) => turn.question)} choice=${choice} place=${place} />
      <p class="offscreen" role="status" aria-live="polite">${talk.busy ? say("asking") : last?.status === "completed" ? say("done") : ""}</p>
    </section>
    ${source && html`<${SourcePane} source=${source} close=${close} />`}
  </div>`;
}
