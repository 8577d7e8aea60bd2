import { Icon } from "../../components/icon.js";
import { words } from "../../core/language.js";
import { html } from "../../libraries/preact.js";
import { FileRow } from "./file_row.js";
import { mayEdit } from "./stores.js";

const say = words(
  { filename: "Name", status: "Status", bytes: "Size", created_at: "Added", caption: "Documents in {name}", all: "Select all on this page", more: "More" },
  { filename: "名称", status: "状态", bytes: "大小", created_at: "添加时间", caption: "{name} 中的文档", all: "全选本页", more: "更多" },
);
const COLUMNS = /** @type {const} */ (["filename", "status", "bytes", "created_at"]);
/** Which way people want to see first what a column tells. @type {Record<string, "asc" | "desc">} */
const FIRST = { filename: "asc", status: "desc", bytes: "desc", created_at: "desc" };

/**
 * The files of a store in a table; a press on a column's head sorts by it.
 * @param {{
 *   store: import("./stores.js").Store, rows: import("./stores.js").StoreFile[], view: import("./use_store_files.js").View,
 *   look: (view: Partial<import("./use_store_files.js").View>) => void, selection: import("./use_selection.js").Selection,
 *   act: (deed: import("./file_row.js").Deed, files: import("./stores.js").StoreFile[]) => void,
 * }} props
 */
export function FileTable({ store, rows, view, look, selection, act }) {
  /** @param {typeof COLUMNS[number]} column */
  const head = (column) => {
    const isSorted = view.sort === column;
    const order = isSorted && view.order === FIRST[column] ? (view.order === "asc" ? "desc" : "asc") : FIRST[column];
    return html`<th scope="col" class=${`${column} ${isSorted ? "sorted" : ""}`} aria-sort=${isSorted ? (view.order === "asc" ? "ascending" : "descending") : undefined}>
      <button type="button" onClick=${() => look({ sort: column, order })}>${say(column)}${isSorted && html`<${Icon} name=${view.order === "asc" ? "ArrowUp" : "ArrowDown"} size=${14} />`}</button></th>`;
  };
  const isAll = rows.length > 0 && rows.every((row) => selection.chosen.has(row.id));
  return html`<table class="files">
    <caption class="offscreen">${say("caption", { name: store.name })}</caption>
    <thead><tr>
      ${mayEdit(store) && html`<th scope="col" class="pick"><input type="checkbox" aria-label=${say("all")} checked=${isAll} onClick=${() => selection.all(rows, !isAll)} /></th>`}
      ${COLUMNS.map(head)}<th scope="col" class="act"><span class="offscreen">${say("more")}</span></th>
    </tr></thead>
    <tbody>${rows.map((file) => html`<${FileRow} key=${file.id} store=${store} file=${file} selected=${selection.chosen.has(file.id)} act=${act}
      select=${(/** @type {boolean} */ on, /** @type {boolean} */ upTo) => selection.toggle(rows, file, on, upTo)} />`)}</tbody>
  </table>`;
}
