import { Button } from "../../components/button.js";
import { tellTrouble } from "../../components/notices.js";
import { Trouble } from "../../components/trouble.js";
import { Waiting } from "../../components/waiting.js";
import { call } from "../../core/api.js";
import { ago, words } from "../../core/language.js";
import { useLoaded } from "../../core/loading.js";
import { recognise } from "../../core/session.js";
import { html, useState } from "../../libraries/preact.js";
import { browserOf } from "./browser_of.js";

const say = words(
  { browser: "Browser", address: "Address", by: "Signed in by", seen: "Last used", here: "this one", end: "Sign out", "end-of": "Sign out {browser}, {address}", actions: "Actions", all: "Show all {count}", others: "Sign out everywhere else", link: "Link", key: "API key", password: "Password", oidc: "Sign-in service" },
  { browser: "浏览器", address: "地址", by: "登录方式", seen: "上次使用", here: "当前", end: "退出", "end-of": "退出 {browser}，{address}", actions: "操作", all: "显示全部 {count} 个", others: "退出其他所有登录", link: "链接", key: "API 密钥", password: "密码", oidc: "登录服务" },
);

const MOST = 8;

/** @typedef {{id: string, via: "link" | "key" | "password" | "oidc", seen_at: number, address: string, agent: string, current: boolean}} Session */

/** Where one is signed in; each can be ended. */
export function Sessions() {
  const [everything, showEverything] = useState(false);
  const loaded = useLoaded((signal) => call("GET", "/portal/sessions", undefined, signal), []);
  if (loaded.error) return html`<${Trouble} error=${loaded.error} retry=${loaded.reload} />`;
  if (!loaded.data) return html`<${Waiting} />`;
  /** @param {Session} one */
  const end = async (one) => {
    await call("DELETE", `/portal/sessions/${one.id}`).catch(tellTrouble);
    await (one.current ? recognise() : loaded.reload());
  };
  /** @type {Session[]} */
  const all = loaded.data.data;
  const shown = everything ? all : all.slice(0, MOST);
  const endOthers = async () => {
    await Promise.all(all.filter((one) => !one.current).map((one) => call("DELETE", `/portal/sessions/${one.id}`))).catch(tellTrouble);
    await loaded.reload();
  };
  return html`<div class="stack"><table class="listing">
    <thead><tr><th scope="col">${say("browser")}</th><th scope="col" class="wide">${say("address")}</th><th scope="col" class="wide">${say("by")}</th><th scope="col" class="wide">${say("seen")}</th><th scope="col"><span class="offscreen">${say("actions")}</span></th></tr></thead>
    <tbody>${shown.map((/** @type {Session} */ one) => html`<tr key=${one.id}>
      <th scope="row">${browserOf(one.agent)} ${one.current && html`<span class="badge good">${say("here")}</span>`}</th>
      <td class="wide mono">${one.address}</td><td class="wide">${say(one.via)}</td><td class="wide">${ago(one.seen_at)}</td>
      <td class="act"><${Button} label=${say("end")} aria-label=${say("end-of", { browser: browserOf(one.agent), address: one.address })} act=${() => end(one)} /></td>
    </tr>`)}</tbody>
  </table>
  <div class="row">${all.length > shown.length && html`<${Button} label=${say("all", { count: all.length })} kind="plain" act=${() => showEverything(true)} />`}
    ${all.length > 1 && html`<${Button} label=${say("others")} act=${endOthers} />`}</div></div>`;
}
