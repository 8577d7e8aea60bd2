import { Icon } from "../../components/icon.js";
import { Menu } from "../../components/menu.js";
import { request } from "../../core/api.js";
import { addressOf } from "../../core/addresses.js";
import { ago, moment, size, words } from "../../core/language.js";
import { tellTrouble } from "../../components/notices.js";
import { html } from "../../libraries/preact.js";
import { FileStatus } from "./file_status.js";
import { isRetried, mayEdit } from "./stores.js";

const say = words(
  { select: "Select {name}", more: "More for {name}", download: "Download", again: "Read again", password: "Give its password", move: "Move", attribute: "Set an attribute", access: "Who may read it", remove: "Delete" },
  { select: "选择 {name}", more: "{name} 的更多操作", download: "下载", again: "重新读取", password: "提供密码", move: "移动", attribute: "设置属性", access: "谁可以阅读", remove: "删除" },
);

/** @typedef {import("./stores.js").StoreFile} StoreFile */
/** @typedef {"again" | "password" | "move" | "attribute" | "access" | "remove"} Deed */

/** @param {StoreFile} file @returns {import("../../components/icon.js").IconName} */
function iconOf({ media_type: type, filename }) {
  const told = `${type} ${filename.toLowerCase()}`;
  if (/image\//.test(told)) return "FileImage";
  return /spreadsheet|excel|csv|tab-sep|\.(xlsx?|ods)$/.test(told) ? "FileSpreadsheet" : "FileText";
}

/** Saves the file as it was uploaded. @param {StoreFile} file */
async function download(file) {
  try {
    const content = await (await request("GET", `/v1/files/${file.id}/content`)).blob();
    const link = document.createElement("a");
    link.href = URL.createObjectURL(content);
    link.download = file.filename;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  } catch (error) {
    tellTrouble(error);
  }
}

/**
 * A file in the list of its store.
 * @param {{store: import("./stores.js").Store, file: StoreFile, selected: boolean, select: (on: boolean, upTo: boolean) => void, act: (deed: Deed, files: StoreFile[]) => void}} props
 */
export function FileRow({ store, file, selected, select, act }) {
  const name = file.filename;
  const path = typeof file.attributes.path === "string" ? file.attributes.path.replace(/[^/]*$/, "").replace(/\/$/, "") : "";
  /** @param {Deed} deed @param {import("../../components/icon.js").IconName} icon @param {boolean} [danger] */
  const item = (deed, icon, danger = false) => ({ label: say(deed), icon, danger, act: () => act(deed, [file]) });
  /** @type {import("../../components/menu.js").Item[]} */
  const items = [
    { label: say("download"), icon: "Download", act: () => download(file) },
    ...(isRetried(file) ? [item("again", "RotateCw")] : []),
    ...(file.last_error?.reason === "password_needed" ? [item("password", "KeyRound")] : []),
    item("move", "FolderInput"), item("attribute", "Tag"), item("access", "Users"), item("remove", "Trash", true),
  ];
  return html`<tr class=${selected ? "selected" : ""}>
    ${mayEdit(store) && html`<td class="pick"><input type="checkbox" aria-label=${say("select", { name })} checked=${selected}
      onClick=${(/** @type {MouseEvent} */ event) => select(/** @type {HTMLInputElement} */ (event.target).checked, event.shiftKey)} /></td>`}
    <th scope="row" class="name"><${Icon} name=${iconOf(file)} /><span><a href=${addressOf({ vector_store_id: store.id, file_id: file.id })}><bdi>${name}</bdi></a>
      ${path && html`<span class="soft small place"><bdi>${path}</bdi></span>`}</span></th>
    <td class="state"><${FileStatus} file=${file} /></td>
    <td class="size">${size(file.bytes)}</td>
    <td class="date"><time datetime=${new Date(file.created_at * 1000).toISOString()} title=${moment(file.created_at)}>${ago(file.created_at)}</time></td>
    <td class="act">${mayEdit(store) ? html`<${Menu} label=${say("more", { name })} items=${items} />` : html`<${Menu} label=${say("more", { name })} items=${items.slice(0, 1)} />`}</td>
  </tr>`;
}
