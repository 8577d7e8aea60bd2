import { Button } from "../../../components/button.js";
import { Dialog } from "../../../components/dialog.js";
import { Field } from "../../../components/field.js";
import { RoleField } from "../../../components/role_field.js";
import { Trouble } from "../../../components/trouble.js";
import { call } from "../../../core/api.js";
import { words } from "../../../core/language.js";
import { html, useState } from "../../../libraries/preact.js";
import { PasswordLink } from "./password_link.js";

const say = words(
  {
    title: "Add a user", added: "{name} was added", name: "Name", email: "E-mail address (optional)", kind: "What it is", person: "A person, who signs in here", service: "A program, which only has API keys",
    add: "Add", done: "Done", key: "Make an API key for it on its page.", page: "Open its page", names: "What the person types to sign in.",
  },
  {
    title: "添加用户", added: "已添加 {name}", name: "用户名", email: "邮箱（可选）", kind: "类型", person: "人员，在此登录", service: "程序，只使用 API 密钥",
    add: "添加", done: "完成", key: "请在其页面上创建 API 密钥。", page: "打开页面", names: "登录时输入的名称。",
  },
);

/** Makes an account; a person's link to choose a password is shown at once. @param {{close: () => void}} props */
export function NewUser({ close }) {
  const [kind, setKind] = useState(/** @type {"person" | "service"} */ ("person"));
  const [role, setRole] = useState(/** @type {import("../../../core/session.js").Role} */ ("reader"));
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  const [busy, setBusy] = useState(false);
  const [made, setMade] = useState(/** @type {{id: string, name: string, url: string | null} | null} */ (null));

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    const given = new FormData(/** @type {HTMLFormElement} */ (event.target));
    setBusy(true);
    setError(null);
    try {
      const user = await call("POST", "/v1/users", { name: given.get("name"), email: given.get("email") || null, kind, role });
      const link = kind === "person" ? await call("POST", `/v1/users/${user.id}/password_link`) : null;
      setMade({ id: user.id, name: user.name, url: link?.url ?? null });
    } catch (failure) {
      setError(/** @type {Error} */ (failure));
    }
    setBusy(false);
  }

  if (made) {
    return html`<${Dialog} title=${say("added", { name: made.name })} close=${close} actions=${html`<${Button} label=${say("done")} kind="primary" act=${close} />`}>
      ${made.url ? html`<${PasswordLink} name=${made.name} url=${made.url} />` : html`<p>${say("key")} <a href=${`/admin/users/${made.id}`}>${say("page")}</a></p>`}
    </${Dialog}>`;
  }
  return html`<${Dialog} title=${say("title")} close=${close}>
    <form onSubmit=${submit}>
      ${error && html`<${Trouble} error=${error} />`}
      <${Field} label=${say("name")} help=${kind === "person" ? say("names") : undefined} name="name" maxlength="200" autocomplete="off" required />
      <fieldset class="choices"><legend>${say("kind")}</legend>
        ${/** @type {const} */ (["person", "service"]).map((one) => html`<label><input type="radio" name="kind" value=${one} checked=${kind === one} onChange=${() => setKind(one)} />${say(one)}</label>`)}
      </fieldset>
      <${RoleField} role=${role} choose=${setRole} />
      <${Field} label=${say("email")} name="email" type="email" maxlength="320" autocomplete="off" />
      <${Button} type="submit" kind="primary" label=${say("add")} busy=${busy} />
    </form>
  </${Dialog}>`;
}
