import { Button } from "../../../components/button.js";
import { Confirm } from "../../../components/confirm.js";
import { Field } from "../../../components/field.js";
import { tell } from "../../../components/notices.js";
import { RoleField } from "../../../components/role_field.js";
import { Trouble } from "../../../components/trouble.js";
import { call } from "../../../core/api.js";
import { words } from "../../../core/language.js";
import { session } from "../../../core/session.js";
import { html, useState } from "../../../libraries/preact.js";

const say = words(
  {
    name: "Name", email: "E-mail address", save: "Save", saved: "Saved", issuer: "Name and e-mail address come from the sign-in service.",
    self: "Give up your own administration?", "self-why": "You would no longer be an administrator. Somebody else has to give it back.", yes: "Give it up",
  },
  {
    name: "用户名", email: "邮箱", save: "保存", saved: "已保存", issuer: "用户名和邮箱由登录服务提供。",
    self: "放弃自己的管理员权限？", "self-why": "您将不再是管理员，只能由其他管理员恢复。", yes: "放弃",
  },
);

/** What an administrator may change of a user. @param {{user: import("./way_in.js").User, changed: () => Promise<void>}} props */
export function UserForm({ user, changed }) {
  const [role, setRole] = useState(user.role);
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  const [busy, setBusy] = useState(false);
  const [asked, ask] = useState(/** @type {Record<string, unknown> | null} */ (null));

  /** @param {Record<string, unknown>} values */
  async function save(values) {
    await call("POST", `/v1/users/${user.id}`, values);
    tell(say("saved"));
    await changed();
  }

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    const given = new FormData(/** @type {HTMLFormElement} */ (event.target));
    const values = { role, ...(user.issuer ? {} : { name: given.get("name"), email: given.get("email") || null }) };
    if (session.value?.owner === `user:${user.id}` && user.role === "admin" && role !== "admin") {
      ask(values);
      return;
    }
    setBusy(true);
    setError(null);
    await save(values).catch(setError);
    setBusy(false);
  }

  return html`<form onSubmit=${submit}>
    ${error && html`<${Trouble} error=${error} />`}
    <${Field} label=${say("name")} name="name" value=${user.name} maxlength="200" disabled=${!!user.issuer} autocomplete="off" required />
    <${Field} label=${say("email")} name="email" type="email" value=${user.email ?? ""} maxlength="320" disabled=${!!user.issuer} help=${user.issuer ? say("issuer") : undefined} autocomplete="off" />
    <${RoleField} role=${role} choose=${setRole} />
    <${Button} type="submit" label=${say("save")} busy=${busy} />
    ${asked && html`<${Confirm} title=${say("self")} verb=${say("yes")} act=${() => save(asked)} close=${() => ask(null)}><p>${say("self-why")}</p></${Confirm}>`}
  </form>`;
}
