import { words } from "../core/language.js";
import { html, useEffect, useId, useRef } from "../libraries/preact.js";
import { Button } from "./button.js";

const say = words({ close: "Close" }, { close: "关闭" });

/**
 * A dialog over the page, while it is drawn: the keyboard stays in it, Escape and a press beside it close it.
 * @param {{title: string, close: () => void, children?: unknown, actions?: unknown, wide?: boolean}} props
 */
export function Dialog({ title, close, children, actions, wide = false }) {
  const place = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const heading = useId();
  useEffect(() => place.current?.showModal(), []);
  /** @param {Event} event */
  const cancel = (event) => {
    event.preventDefault();
    close();
  };
  /** @param {Event} event */
  const press = (event) => {
    if (event.target === place.current) close();
  };
  return html`<dialog ref=${place} class=${wide ? "wide" : ""} aria-labelledby=${heading} onCancel=${cancel} onMouseDown=${press}>
    <div class="dialog">
      <header>
        <h2 id=${heading}>${title}</h2>
        <${Button} label=${say("close")} icon="X" kind="plain" quiet act=${close} />
      </header>
      <div class="dialog-body">${children}</div>
      ${actions && html`<footer>${actions}</footer>`}
    </div>
  </dialog>`;
}
