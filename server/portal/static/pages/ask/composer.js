import { Button } from "../../components/button.js";
import { words } from "../../core/language.js";
import { html, useEffect, useId, useLayoutEffect, useRef } from "../../libraries/preact.js";
import { StoreChoice } from "./store_choice.js";

const say = words(
  {
    ask: "Ask your documents", send: "Send", stop: "Stop the answer", model: "Model",
    hint: "Enter sends, Shift+Enter begins a new line.", none: "There is no model to answer. Ask your administrator.",
  },
  {
    ask: "向您的文档提问", send: "发送", stop: "停止回答", model: "模型",
    hint: "按 Enter 发送，Shift+Enter 换行。", none: "没有可用的模型，请联系管理员。",
  },
);
const LONGEST = 16_384; // characters of a question, by the API

/**
 * Where a question is written. Enter sends it, unless an input method is composing; in an empty box, the arrow up
 * brings back what was asked before.
 * @param {{
 *   text: string, write: (text: string) => void, send: () => void, stop: () => void, busy: boolean, asked: string[],
 *   choice: import("./use_choice.js").Choosing, place: {current: HTMLTextAreaElement | null},
 * }} props
 */
export function Composer({ text, write, send, stop, busy, asked, choice, place }) {
  const id = useId();
  const back = useRef(0);
  useLayoutEffect(() => {
    const area = place.current;
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + 2}px`;
  }, [text]);
  useEffect(() => {
    if (!text) back.current = 0;
  }, [text]);

  const missing = choice.stores && !choice.models.length;
  const canSend = Boolean(text.trim()) && Boolean(choice.model) && !busy;

  /** @param {KeyboardEvent} event */
  function key(event) {
    // 229 is what some browsers tell of the Enter that only chooses a character.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (canSend) send();
    }
    if (event.key === "Escape" && busy) stop();
    const browsing = back.current > 0 && text === asked[asked.length - back.current];
    if ((event.key === "ArrowUp" || event.key === "ArrowDown") && (!text || browsing)) {
      const next = Math.min(asked.length, back.current + (event.key === "ArrowUp" ? 1 : -1));
      if (next < 0) return;
      event.preventDefault();
      back.current = next;
      write(next ? asked[asked.length - next] : "");
    }
  }

  return html`<form class="composer" onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); if (canSend) send(); }}>
    <textarea ref=${place} rows="1" maxlength=${LONGEST} aria-label=${say("ask")} aria-describedby=${id} placeholder=${say("ask")} value=${text}
      onInput=${(/** @type {Event} */ event) => write(/** @type {HTMLTextAreaElement} */ (event.target).value)} onKeyDown=${key}></textarea>
    <div class="composer-row">
      ${choice.stores?.length ? html`<${StoreChoice} stores=${choice.stores} chosen=${choice.chosen} choose=${choice.chooseStores} />` : null}
      ${choice.models.length > 1 && html`<select class="model-choice" aria-label=${say("model")} value=${choice.model} onChange=${(/** @type {Event} */ event) => choice.chooseModel(/** @type {HTMLSelectElement} */ (event.target).value)}>
        ${choice.models.map((model) => html`<option value=${model}>${model}</option>`)}
      </select>`}
      <span id=${id} class="composer-hint">${missing ? say("none") : say("hint")}</span>
      ${busy
        ? html`<${Button} label=${say("stop")} icon="Square" quiet act=${stop} />`
        : html`<${Button} label=${say("send")} icon="ArrowUp" kind="primary" quiet type="submit" disabled=${!canSend} />`}
    </div>
  </form>`;
}
