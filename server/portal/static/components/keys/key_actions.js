import { call } from "../../core/api.js";
import { words } from "../../core/language.js";
import { html, useState } from "../../libraries/preact.js";
import { Confirm } from "../confirm.js";
import { Menu } from "../menu.js";
import { tell } from "../notices.js";
import { KeySecret } from "./key_secret.js";
import { RotateKey } from "./rotate_key.js";

const say = words(
  { more: "What can be done with {name}", rotate: "Renew the secret", revoke: "Revoke", "ask-revoke": "Revoke {name}?", why: "It stops working at once, for good, and so do the sign-ins that came of it.", revoked: "{name} was revoked" },
  { more: "对 {name} 的操作", rotate: "更换密钥", revoke: "撤销", "ask-revoke": "撤销 {name}？", why: "它将立即永久失效，由它产生的登录也会结束。", revoked: "已撤销 {name}" },
);

/** @param {{apiKey: import("./key_list.js").ApiKey, changed: () => Promise<void>}} props */
export function KeyActions({ apiKey, changed }) {
  const [asked, ask] = useState(/** @type {"rotate" | "revoke" | null} */ (null));
  const [secret, show] = useState("");
  const { id, name } = apiKey;
  const revoke = async () => {
    await call("DELETE", `/v1/api_keys/${id}`);
    tell(say("revoked", { name }));
    await changed();
  };
  if (apiKey.revoked_at) return null;
  return html`<${Menu} label=${say("more", { name })} items=${[
      { label: say("rotate"), icon: "RefreshCw", act: () => ask("rotate") },
      { label: say("revoke"), icon: "X", danger: true, act: () => ask("revoke") },
    ]} />
    ${asked === "rotate" && html`<${RotateKey} apiKey=${apiKey} close=${() => ask(null)} renewed=${(/** @type {string} */ key) => { ask(null); show(key); changed(); }} />`}
    ${asked === "revoke" && html`<${Confirm} title=${say("ask-revoke", { name })} verb=${say("revoke")} act=${revoke} close=${() => ask(null)}><p>${say("why")}</p></${Confirm}>`}
    ${secret && html`<${KeySecret} name=${name} secret=${secret} close=${() => show("")} />`}`;
}
