import { call } from "../../core/api.js";
import { words } from "../../core/language.js";
import { html, useState } from "../../libraries/preact.js";
import { Button } from "../button.js";
import { Dialog } from "../dialog.js";
import { Field } from "../field.js";
import { Trouble } from "../trouble.js";

const say = words(
  {
    title: "Renew the secret of {name}", overlap: "The present secret works for", 0: "no longer: it ends now", 3600: "1 more hour", 86400: "1 more day", 604800: "7 more days",
    why: "The new one works at once. Give the programs that use the present one time to change.", go: "Renew", cancel: "Cancel",
  },
  {
    title: "更换 {name} 的密钥", overlap: "当前密钥继续有效", 0: "立即失效", 3600: "1 小时", 86400: "1 天", 604800: "7 天",
    why: "新密钥立即生效。请为正在使用当前密钥的程序留出更换时间。", go: "更换", cancel: "取消",
  },
);
const OVERLAPS = /** @type {const} */ (["0", "3600", "86400", "604800"]);

/** @param {{apiKey: import("./key_list.js").ApiKey, close: () => void, renewed: (secret: string) => void}} props */
export function RotateKey({ apiKey, close, renewed }) {
  const [seconds, setSeconds] = useState("86400");
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  const go = async () => {
    setError(null);
    await call("POST", `/v1/api_keys/${apiKey.id}/rotate`, { overlap_seconds: Number(seconds) }).then((made) => renewed(made.key), setError);
  };
  return html`<${Dialog} title=${say("title", { name: apiKey.name })} close=${close} actions=${html`<${Button} label=${say("cancel")} act=${close} /><${Button} label=${say("go")} kind="primary" act=${go} />`}>
    <div class="stack">
      ${error && html`<${Trouble} error=${error} />`}
      <${Field} as="select" label=${say("overlap")} help=${say("why")} value=${seconds} onChange=${(/** @type {Event} */ event) => setSeconds(/** @type {HTMLSelectElement} */ (event.target).value)}>
        ${OVERLAPS.map((one) => html`<option value=${one} selected=${one === seconds}>${say(one)}</option>`)}
      </${Field}>
    </div>
  </${Dialog}>`;
}
