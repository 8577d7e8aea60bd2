import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Field } from "../../components/field.js";
import { told } from "../../components/trouble.js";
import { call } from "../../core/api.js";
import { words } from "../../core/language.js";
import { html, useState } from "../../libraries/preact.js";

const say = words({ title: "Rename the conversation", name: "Title", save: "Save" }, { title: "重命名对话", name: "标题", save: "保存" });
const LONGEST = 200;

/** @param {{path: string, title: string, changed: () => unknown, close: () => void}} props */
export function RenameConversation({ path, title, changed, close }) {
  const [text, write] = useState(title);
  const [error, setError] = useState("");
  /** @param {Event} event */
  async function save(event) {
    event.preventDefault();
    try {
      await call("POST", path, { title: text });
      changed();
      close();
    } catch (failure) {
      setError(told(/** @type {Error} */ (failure)));
    }
  }
  return html`<${Dialog} title=${say("title")} close=${close}>
    <form onSubmit=${save}>
      <${Field} label=${say("name")} value=${text} maxlength=${LONGEST} error=${error} autofocus onInput=${(/** @type {Event} */ event) => write(/** @type {HTMLInputElement} */ (event.target).value)} />
      <${Button} label=${say("save")} kind="primary" type="submit" disabled=${!text.trim()} />
    </form>
  </${Dialog}>`;
}
