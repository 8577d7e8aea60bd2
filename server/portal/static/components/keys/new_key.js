import { call } from "../../core/api.js";
import { words } from "../../core/language.js";
import { may } from "../../core/session.js";
import { html, useState } from "../../libraries/preact.js";
import { Button } from "../button.js";
import { Chosen } from "../chosen.js";
import { Dialog } from "../dialog.js";
import { Field } from "../field.js";
import { PrincipalPicker } from "../principal_picker.js";
import { RoleField } from "../role_field.js";
import { Trouble } from "../trouble.js";
import { KeySecret } from "./key_secret.js";
import { NarrowKey, narrowed, WIDE } from "./narrow_key.js";

const say = words(
  {
    title: "Make an API key", titleOf: "Make an API key for {name}", name: "Name", names: "What it is for: you will know it by this name.", user: "Belongs to (optional)", users: "It then never may more than this user. Without a user it has rights of its own.",
    expiry: "Works for", 30: "30 days", 90: "90 days", 365: "a year", 0: "as long as it is not revoked", make: "Make it", owner: "Its user",
  },
  {
    title: "创建 API 密钥", titleOf: "为 {name} 创建 API 密钥", name: "名称", names: "说明用途，便于日后辨认。", user: "所属用户（可选）", users: "此时权限不会超过该用户；没有所属用户的密钥拥有自己的权限。",
    expiry: "有效期", 30: "30 天", 90: "90 天", 365: "一年", 0: "直到被撤销", make: "创建", owner: "所属用户",
  },
);
const DAYS = /** @type {const} */ (["30", "90", "365", "0"]);

/** Makes a key; for `owner`, if one is given. @param {{owner?: {id: string, name: string}, close: () => void}} props */
export function NewKey({ owner, close }) {
  const [role, setRole] = useState(/** @type {import("../../core/session.js").Role} */ ("reader"));
  const [user, setUser] = useState(/** @type {{id: string, name: string} | null} */ (null));
  const [days, setDays] = useState("90");
  const [limits, limit] = useState(WIDE);
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  const [busy, setBusy] = useState(false);
  const [made, setMade] = useState(/** @type {{name: string, key: string, origins: string[] | null, stores: string[] | null} | null} */ (null));

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    const name = new FormData(/** @type {HTMLFormElement} */ (event.target)).get("name");
    const holder = owner?.id ?? user?.id.replace("user:", "") ?? null;
    setBusy(true);
    setError(null);
    await call("POST", "/v1/api_keys", { name, role, user_id: holder, expires_in_days: Number(days) || null, ...narrowed(limits) }).then(setMade, setError);
    setBusy(false);
  }

  if (made) return html`<${KeySecret} name=${made.name} secret=${made.key} stores=${made.origins && made.stores} close=${close} />`;
  return html`<${Dialog} title=${owner ? say("titleOf", { name: owner.name }) : say("title")} close=${close}>
    <form onSubmit=${submit}>
      ${error && html`<${Trouble} error=${error} />`}
      <${Field} label=${say("name")} help=${say("names")} name="name" maxlength="200" autocomplete="off" required />
      ${!owner && may("admin") && (user
        ? html`<div class="field"><span class="strong small">${say("owner")}</span><${Chosen} label=${say("owner")} options=${[{ ...user, icon: "User" }]} drop=${() => setUser(null)} /></div>`
        : html`<${PrincipalPicker} label=${say("user")} help=${say("users")} kinds=${["user"]} choose=${setUser} />`)}
      <${RoleField} role=${role} choose=${setRole} />
      <${Field} as="select" label=${say("expiry")} value=${days} onChange=${(/** @type {Event} */ event) => setDays(/** @type {HTMLSelectElement} */ (event.target).value)}>
        ${DAYS.map((one) => html`<option value=${one} selected=${one === days}>${say(one)}</option>`)}
      </${Field}>
      <${NarrowKey} limits=${limits} limit=${limit} />
      <${Button} type="submit" kind="primary" label=${say("make")} busy=${busy} />
    </form>
  </${Dialog}>`;
}
