import { Secret } from "../../../components/secret.js";
import { words } from "../../../core/language.js";
import { html } from "../../../libraries/preact.js";

const say = words(
  { link: "Link to choose a password", once: "Give this link to {name}. It opens once, within a day, and is not shown again." },
  { link: "设置密码的链接", once: "请将此链接交给 {name}。链接一天内有效，只能打开一次，且不会再次显示。" },
);

/** An address at which somebody chooses a password. @param {{name: string, url: string}} props */
export function PasswordLink({ name, url }) {
  return html`<div class="stack"><p>${say("once", { name })}</p><${Secret} label=${say("link")} text=${url} /></div>`;
}
