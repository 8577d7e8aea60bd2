import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Trouble } from "../../components/trouble.js";
import { Waiting } from "../../components/waiting.js";
import { call } from "../../core/api.js";
import { words } from "../../core/language.js";
import { useLoaded } from "../../core/loading.js";
import { may } from "../../core/session.js";
import { html, useState } from "../../libraries/preact.js";
import { SourceForm } from "./source_form.js";
import { SourceItem } from "./source_item.js";
import { pathOf } from "./stores.js";

const say = words(
  {
    title: "Folders that “{name}” follows", none: "It follows no folder, share or site. One that it follows is looked through again and again: what is new there comes in, what has changed is read again, and what is gone leaves.",
    admin: "An administrator can add one.", add: "Follow another",
  },
  {
    title: "“{name}”跟踪的文件夹", none: "它没有跟踪任何文件夹、共享或网站。跟踪的位置会被定期检查：新文件自动加入，有改动的重新读取，已移除的随之离开。",
    admin: "可由管理员添加。", add: "添加来源",
  },
);
const SECONDS = 3;

/** The places that a store stays in step with. @param {{store: import("./stores.js").Store, close: () => void}} props */
export function SourcesDialog({ store, close }) {
  const [isAdding, add] = useState(false);
  const path = `${pathOf(store.id)}/sources`;
  const { data, error, reload } = useLoaded(async (signal) => /** @type {import("./source_item.js").Source[]} */ ((await call("GET", path, undefined, signal)).data), [path], SECONDS);
  return html`<${Dialog} title=${say("title", { name: store.name })} close=${close} wide>
    ${error && !data ? html`<${Trouble} error=${error} retry=${reload} />` : !data && html`<${Waiting} />`}
    ${data?.length === 0 && html`<p class="soft">${say("none")} ${!may("admin") && say("admin")}</p>`}
    <ul class="sources">${data?.map((source) => html`<${SourceItem} key=${source.id} source=${source} path=${path} changed=${reload} />`)}</ul>
    ${may("admin") && data && (isAdding ? html`<${SourceForm} path=${path} close=${() => add(false)} done=${() => { add(false); reload(); }} />`
      : html`<${Button} label=${say("add")} icon="Plus" act=${() => add(true)} />`)}
  </${Dialog}>`;
}
