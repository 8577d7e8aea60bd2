import { MessageSquare, Plus, Send, Square, X } from "../libraries/icons.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../libraries/preact.js";
import { Trouble, ask, begun } from "./asking.js";
import { Icon } from "./icon.js";
import { Turn } from "./turn.js";
import { saying } from "./words.js";

/** @typedef {import("./asking.js").Turn} TurnData */

/**
 * The whole widget: a button that opens it, unless it stands `inline` in the page, and the conversation.
 * @param {{place: import("./asking.js").Place, language: import("./words.js").Language, label: string, dark: boolean, inline: boolean}} props
 */
export function Chat({ place, language, label, dark, inline }) {
  const say = saying(language);
  const [open, setOpen] = useState(false);
  const [turns, setTurns] = useState(/** @type {TurnData[]} */ ([]));
  const asking = useRef(/** @type {AbortController | null} */ (null));
  const field = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  const opener = useRef(/** @type {HTMLButtonElement | null} */ (null));
  const log = useFollowing(turns);
  const busy = turns.at(-1)?.state === "asking";

  useEffect(() => () => asking.current?.abort(), []);
  useEffect(() => {
    if (open) field.current?.focus();
  }, [open]);

  /** @param {string} question @param {TurnData[]} before */
  async function run(question, before) {
    asking.current?.abort();
    const own = new AbortController();
    asking.current = own;
    let turn = begun(question);
    const show = () => asking.current === own && setTurns([...before, turn]);
    show();
    try {
      for await (turn of ask(place, before, turn, own.signal)) show();
    } catch (error) {
      const trouble = error instanceof Trouble ? error : new Trouble("cut");
      turn = own.signal.aborted ? { ...turn, state: "stopped" } : { ...turn, state: "failed", trouble };
      show();
    }
  }
  const anew = () => {
    asking.current?.abort();
    asking.current = null;
    setTurns([]);
    field.current?.focus();
  };
  const close = () => {
    setOpen(false);
    requestAnimationFrame(() => opener.current?.focus());
  };

  const shown = inline || open;
  const style = `frame ${dark ? "dark" : "light"} ${inline ? "inline" : "floating"}`;
  return html`<div class=${style} lang=${language === "zh" ? "zh-CN" : "en"}>
    ${!inline && html`<button ref=${opener} class="opener" hidden=${open} aria-expanded=${open} onClick=${() => setOpen(true)}><${Icon} of=${MessageSquare} /><span>${label}</span></button>`}
    ${shown && html`<section class="panel" role=${inline ? "region" : "dialog"} aria-label=${label} onKeyDown=${(/** @type {KeyboardEvent} */ event) => event.key === "Escape" && !inline && close()}>
      <header>
        <h2>${label}</h2>
        ${turns.length > 0 && html`<button class="quiet" aria-label=${say("anew")} title=${say("anew")} onClick=${anew}><${Icon} of=${Plus} /></button>`}
        ${!inline && html`<button class="quiet" aria-label=${say("close")} title=${say("close")} onClick=${close}><${Icon} of=${X} /></button>`}
      </header>
      <div ref=${log} class="log" role="log" tabindex="0" aria-label=${label} aria-busy=${busy}>
        ${!turns.length && html`<div class="hint"><p>${say("hint")}</p><p class="soft">${say("unkept")}</p></div>`}
        ${turns.map((turn, at) => html`<${Turn} key=${at} turn=${turn} home=${place.home} say=${say} last=${at === turns.length - 1} again=${() => run(turn.question, turns.slice(0, -1))} ask=${(/** @type {string} */ question) => run(question, turns)} />`)}
      </div>
      <${Composer} field=${field} say=${say} busy=${busy} send=${(/** @type {string} */ question) => run(question, turns)} stop=${() => asking.current?.abort()} />
    </section>`}
  </div>`;
}

/**
 * Where the question is written. Enter sends it, but not the Enter that ends a Chinese word.
 * @param {{field: import("preact").RefObject<HTMLTextAreaElement>, say: import("./words.js").Say, busy: boolean, send: (question: string) => void, stop: () => void}} props
 */
function Composer({ field, say, busy, send, stop }) {
  const [text, setText] = useState("");
  /** @param {Event} event */
  const submit = (event) => {
    event.preventDefault();
    if (busy || !text.trim()) return;
    setText("");
    send(text.trim());
  };
  /** @param {KeyboardEvent} event */
  const press = (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  };
  return html`<form onSubmit=${submit}>
    <textarea ref=${field} rows="2" maxlength="4000" aria-label=${say("question")} placeholder=${say("question")} value=${text} onInput=${(/** @type {InputEvent} */ event) => setText(/** @type {HTMLTextAreaElement} */ (event.currentTarget).value)} onKeyDown=${press}></textarea>
    ${busy
      ? html`<button key="stop" type="button" class="primary" aria-label=${say("stop")} title=${say("stop")} onClick=${stop}><${Icon} of=${Square} /></button>`
      : html`<button key="send" type="submit" class="primary" aria-label=${say("send")} title=${say("send")} disabled=${!text.trim()}><${Icon} of=${Send} /></button>`}
  </form>`;
}

/** Keeps the end of the conversation in sight while it grows, unless somebody has scrolled up. @param {TurnData[]} turns */
function useFollowing(turns) {
  const log = useRef(/** @type {HTMLDivElement | null} */ (null));
  const follows = useRef(true);
  useEffect(() => {
    const element = log.current;
    const look = () => {
      if (element) follows.current = element.scrollHeight - element.scrollTop - element.clientHeight < 40;
    };
    element?.addEventListener("scroll", look);
    return () => element?.removeEventListener("scroll", look);
  });
  useLayoutEffect(() => {
    if (log.current && (follows.current || turns.at(-1)?.answer === "")) log.current.scrollTop = log.current.scrollHeight;
  }, [turns]);
  return log;
}
