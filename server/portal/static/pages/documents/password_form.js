import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Field } from "../../components/field.js";
import { Trouble } from "../../components/trouble.js";
import { call } from "../../core/api.js";
import { words } from "../../core/language.js";
import { html, useId, useState } from "../../libraries/preact.js";
import { pathOf } from "./stores.js";

const say = words(
  { title: "Password of “{name}”", password: "Password", help: "It opens the document for reading once, and is forgotten then.", read: "Read it", cancel: "Cancel" },
  { title: "“{name}”的密码", password: "密码", help: "仅用于打开文档读取一次，之后即被清除。", read: "读取", cancel: "取消" },
);

/** Asks for what opens a protected file. @param {{store: string, file: import("./stores.js").StoreFile, close: () => void, done: () => void}} props */
export function PasswordForm({ store, file, close, done }) {
  const form = useId();
  const [password, setPassword] = useState("");
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  /** @param {Event} event */
  async function submit(event) {
    event.preventDefault();
    try {
      await call("POST", `${pathOf(store)}/files`, { file_id: file.id, password });
      close();
      done();
    } catch (failure) {
      setError(/** @type {Error} */ (failure));
    }
  }
  const actions = html`<${Button} label=${say("cancel")} act=${close} /><${Button} label=${say("read")} kind="primary" type="submit" form=${form} disabled=${!password} />`;
  return html`<${Dialog} title=${say("title", { name: file.filename })} close=${close} actions=${actions}>
    <form id=${form} onSubmit=${submit}>${error && html`<${Trouble} error=${error} />`}
      <${Field} label=${say("password")} type="password" autocomplete="off" autofocus help=${say("help")} value=${password} maxlength="1024"
        onInput=${(/** @type {Event} */ event) => setPassword(/** @type {HTMLInputElement} */ (event.target).value)} /></form>
  </${Dialog}>`;
}
