import { Button } from "../../components/button.js";
import { words } from "../../core/language.js";
import { html, useEffect, useRef, useState } from "../../libraries/preact.js";

const say = words({ label: "Your question", send: "Ask again", cancel: "Cancel" }, { label: "您的问题", send: "重新提问", cancel: "取消" });

/** Changes a question. What was answered to the old one stays, as another version. @param {{question: string, send: (text: string) => void, close: () => void}} props */
export function EditQuestion({ question, send, close }) {
  const [text, write] = useState(question);
  const place = useRef(/** @type {HTMLTextAreaElement | null} */ (null));
  useEffect(() => place.current?.focus(), []);
  const submit = () => {
    if (text.trim()) send(text.trim());
  };
  /** @param {KeyboardEvent} event */
  function key(event) {
    if (event.isComposing) return;
    if (event.key === "Escape") close();
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      submit();
    }
  }
  return html`<form class="edit-question" onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); submit(); }}>
    <textarea ref=${place} rows="3" aria-label=${say("label")} value=${text} onKeyDown=${key}
      onInput=${(/** @type {Event} */ event) => write(/** @type {HTMLTextAreaElement} */ (event.target).value)}></textarea>
    <div class="row"><${Button} label=${say("send")} kind="primary" type="submit" disabled=${!text.trim()} /><${Button} label=${say("cancel")} act=${close} /></div>
  </form>`;
}
