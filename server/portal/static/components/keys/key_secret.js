import { words } from "../../core/language.js";
import { html } from "../../libraries/preact.js";
import { Button } from "../button.js";
import { Dialog } from "../dialog.js";
import { Secret } from "../secret.js";
import { PageSnippet } from "./page_snippet.js";

const say = words(
  { title: "The key {name}", once: "Keep it where it is safe: it is shown this once, and nobody can look it up.", done: "I have it", key: "API key" },
  { title: "密钥 {name}", once: "请妥善保存：它只显示这一次，之后无法查看。", done: "我已保存", key: "API 密钥" },
);

/**
 * A key itself, which is shown once. `stores`: it is for web pages, which ask these.
 * @param {{name: string, secret: string, stores?: string[] | null, close: () => void}} props
 */
export function KeySecret({ name, secret, stores, close }) {
  return html`<${Dialog} title=${say("title", { name })} close=${close} actions=${html`<${Button} label=${say("done")} kind="primary" act=${close} />`}>
    <div class="stack"><p>${say("once")}</p><${Secret} label=${say("key")} text=${secret} />${stores && html`<${PageSnippet} secret=${secret} stores=${stores} />`}</div>
  </${Dialog}>`;
}
