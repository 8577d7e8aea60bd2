import { Button } from "../../../components/button.js";
import { Dialog } from "../../../components/dialog.js";
import { Field } from "../../../components/field.js";
import { Trouble } from "../../../components/trouble.js";
import { call } from "../../../core/api.js";
import { words } from "../../../core/language.js";
import { html, useState } from "../../../libraries/preact.js";

const say = words(
  { add: "Add a group", rename: "Rename the group", name: "Name", save: "Save" },
  { add: "添加用户组", rename: "重命名用户组", name: "名称", save: "保存" },
);

/** @typedef {{id: string, name: string, issuer: string | null, members: number, created_at: number}} Group */

/** Makes a group, or gives `group` another name. @param {{group?: Group, close: () => void, done: (group: Group) => void}} props */
export function GroupName({ group, close, done }) {
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  const [busy, setBusy] = useState(false);

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    const name = new FormData(/** @type {HTMLFormElement} */ (event.target)).get("name");
    setBusy(true);
    setError(null);
    try {
      const made = await call("POST", group ? `/v1/groups/${group.id}` : "/v1/groups", { name });
      close();
      done(made);
    } catch (failure) {
      setError(/** @type {Error} */ (failure));
      setBusy(false);
    }
  }

  return html`<${Dialog} title=${group ? say("rename") : say("add")} close=${close}>
    <form onSubmit=${submit}>
      ${error && html`<${Trouble} error=${error} />`}
      <${Field} label=${say("name")} name="name" value=${group?.name ?? ""} maxlength="200" autocomplete="off" required />
      <${Button} type="submit" kind="primary" label=${say("save")} busy=${busy} />
    </form>
  </${Dialog}>`;
}
