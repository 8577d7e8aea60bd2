import { AccessDialog } from "../../components/access/access_dialog.js";
import { Menu } from "../../components/menu.js";
import { words } from "../../core/language.js";
import { html, useState } from "../../libraries/preact.js";
import { DeleteStore } from "./delete_store.js";
import { SourcesDialog } from "./sources_dialog.js";
import { StoreForm } from "./store_form.js";
import { mayEdit } from "./stores.js";

const say = words(
  { more: "More for {name}", change: "Name and description", access: "Who may use it", sources: "Folders it follows", remove: "Delete the store" },
  { more: "{name} 的更多操作", change: "名称和说明", access: "谁可以使用", sources: "跟踪的文件夹", remove: "删除文档库" },
);

/**
 * What may be done with a store; nothing for its readers.
 * @param {{store: import("./stores.js").Store, changed: () => void, gone?: () => void}} props `gone`: it was deleted
 */
export function StoreMenu({ store, changed, gone = changed }) {
  const [opened, open] = useState(/** @type {"change" | "access" | "sources" | "remove" | null} */ (null));
  if (!mayEdit(store)) return null;
  const close = () => open(null);
  /** @type {import("../../components/menu.js").Item[]} */
  const items = [
    { label: say("change"), icon: "Pencil", act: () => open("change") },
    { label: say("access"), icon: "Users", act: () => open("access") },
    { label: say("sources"), icon: "FolderInput", act: () => open("sources") },
    { label: say("remove"), icon: "Trash", danger: true, act: () => open("remove") },
  ];
  return html`<${Menu} label=${say("more", { name: store.name })} items=${items} />
    ${opened === "change" && html`<${StoreForm} store=${store} close=${close} done=${changed} />`}
    ${opened === "access" && html`<${AccessDialog} kind="store" id=${store.id} name=${store.name} close=${() => { close(); changed(); }} />`}
    ${opened === "sources" && html`<${SourcesDialog} store=${store} close=${() => { close(); changed(); }} />`}
    ${opened === "remove" && html`<${DeleteStore} store=${store} close=${close} done=${gone} />`}`;
}
