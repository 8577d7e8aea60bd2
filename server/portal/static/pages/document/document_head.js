import { Confirm } from "../../components/confirm.js";
import { Icon } from "../../components/icon.js";
import { Menu } from "../../components/menu.js";
import { call } from "../../core/api.js";
import { size, words } from "../../core/language.js";
import { page } from "../../core/pages.js";
import { html, useLocation, useState } from "../../libraries/preact.js";

const AccessDialog = page(async () => ({ default: (await import("../../components/access/access_dialog.js")).AccessDialog }));

const say = words(
  {
    way: "Where this document is", stores: "Documents", download: "Download", more: "More", access: "Who may read it", out: "Take out of the store", remove: "Delete the document",
    sureOut: "Take {name} out of {store}?", outWhy: "No question is answered from it in this store any more. The file itself stays.", ownedWhy: "It belongs to this store and is deleted with everything that came of it.",
    sureRemove: "Delete {name}?", removeWhy: "The file, its text and its chunks go, from every store. This cannot be undone.", verbOut: "Take out", verbRemove: "Delete",
  },
  {
    way: "文档位置", stores: "文档", download: "下载", more: "更多", access: "谁可以阅读", out: "移出知识库", remove: "删除文档",
    sureOut: "将 {name} 移出 {store}？", outWhy: "此知识库将不再用它回答问题。文件本身会保留。", ownedWhy: "它属于此知识库，将连同由它产生的一切内容一起删除。",
    sureRemove: "删除 {name}？", removeWhy: "文件、文本和片段将从所有知识库中删除，且无法恢复。", verbOut: "移出", verbRemove: "删除",
  },
);

/**
 * The document's name, where it is, and what may be done with it as a whole.
 * @param {{store: any, entry: any, name: string, edits: boolean, changed: () => unknown}} props
 */
export function DocumentHead({ store, entry, name, edits, changed }) {
  const [asks, ask] = useState(/** @type {"" | "out" | "remove" | "access"} */ (""));
  const { route } = useLocation();
  const home = `/documents/${encodeURIComponent(store.id)}`;
  const content = `/v1/files/${encodeURIComponent(entry.id)}`;
  /** @param {string} path */
  const away = (path) => async () => {
    await call("DELETE", path);
    route(home);
  };
  const close = () => ask("");
  /** @type {import("../../components/menu.js").Item[]} */
  const items = [
    { label: say("access"), icon: "Users", act: () => ask("access") },
    { label: say("out"), icon: "FolderInput", act: () => ask("out") },
    { label: say("remove"), icon: "Trash", danger: true, act: () => ask("remove") },
  ];
  return html`<header class="document-head">
    <div>
      <nav aria-label=${say("way")}><a href="/documents">${say("stores")}</a> <span aria-hidden="true">/</span> <a href=${home}>${store.name || store.id}</a></nav>
      <h1>${name}</h1>
    </div>
    <div class="row">
      <span class="soft small">${size(entry.bytes)}</span>
      <a class="button" href=${`${content}/content`} download=${name}><${Icon} name="Download" /><span>${say("download")}</span></a>
      ${edits && html`<${Menu} label=${say("more")} items=${items} />`}
    </div>
    ${asks === "out" && html`<${Confirm} title=${say("sureOut", { name, store: store.name || store.id })} verb=${say("verbOut")} close=${close} act=${away(`/v1/vector_stores/${encodeURIComponent(store.id)}/files/${encodeURIComponent(entry.id)}`)}>
      <p>${entry.owned ? say("ownedWhy") : say("outWhy")}</p>
    </${Confirm}>`}
    ${asks === "remove" && html`<${Confirm} title=${say("sureRemove", { name })} verb=${say("verbRemove")} close=${close} act=${away(content)}><p>${say("removeWhy")}</p></${Confirm}>`}
    ${asks === "access" && html`<${AccessDialog} kind="file" id=${entry.id} name=${name} close=${() => { close(); changed(); }} />`}
  </header>`;
}
