import { words } from "../core/language.js";
import { html, useState } from "../libraries/preact.js";
import { Button } from "./button.js";
import { Dialog } from "./dialog.js";
import { Trouble } from "./trouble.js";

const say = words({ cancel: "Cancel" }, { cancel: "取消" });

/**
 * Asks before something that cannot be undone, and stays open, with the reason, if it does not work.
 * @param {{title: string, children?: unknown, verb: string, act: () => Promise<unknown>, close: () => void}} props
 */
export function Confirm({ title, children, verb, act, close }) {
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  async function go() {
    setError(null);
    try {
      await act();
      close();
    } catch (failure) {
      setError(/** @type {Error} */ (failure));
    }
  }
  const actions = html`<${Button} label=${say("cancel")} act=${close} />
    <${Button} label=${verb} kind="danger" act=${go} />`;
  return html`<${Dialog} title=${title} close=${close} actions=${actions}>
    ${children}${error && html`<${Trouble} error=${error} />`}
  </${Dialog}>`;
}
