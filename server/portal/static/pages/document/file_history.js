import { Button } from "../../components/button.js";
import { Trouble } from "../../components/trouble.js";
import { Waiting } from "../../components/waiting.js";
import { call } from "../../core/api.js";
import { moment, words } from "../../core/language.js";
import { useLoaded } from "../../core/loading.js";
import { html, useState } from "../../libraries/preact.js";

const say = words(
  {
    uploaded: "Uploaded", attached: "Put into a store", read: "Read", attributes_changed: "Attributes changed", access_changed: "Access changed",
    detached: "Taken out of a store", failed: "did not work", more: "Show more", nobody: "Lectern",
  },
  {
    uploaded: "已上传", attached: "已放入知识库", read: "已读取", attributes_changed: "属性已更改", access_changed: "权限已更改",
    detached: "已移出知识库", failed: "未成功", more: "显示更多", nobody: "Lectern",
  },
);
const AT_ONCE = 30;

/** What was done with a document, and by whom. @param {{file: string}} props */
export function FileHistory({ file }) {
  const [most, setMost] = useState(AT_ONCE);
  const { data, error, loading, reload } = useLoaded((signal) => call("GET", `/v1/files/${encodeURIComponent(file)}/history?limit=${most}`, undefined, signal), [file, most]);
  if (error) return html`<${Trouble} error=${error} retry=${reload} />`;
  if (!data) return html`<${Waiting} />`;
  return html`<ol class="history">
    ${data.data.map((/** @type {any} */ event) => html`<li>
      <p><span class="strong">${say(event.event)}</span>${event.event === "read" && event.code && html` <span class="badge bad">${say("failed")}</span>`}</p>
      <p class="soft small">${event.by.owner === "lectern" ? say("nobody") : event.by.name || event.by.owner} · <time datetime=${new Date(event.created_at * 1000).toISOString()}>${moment(event.created_at)}</time></p>
    </li>`)}
    ${data.has_more && most < 100 && html`<li><${Button} label=${say("more")} busy=${loading} act=${() => setMost(Math.min(100, most + AT_ONCE))} /></li>`}
  </ol>`;
}
