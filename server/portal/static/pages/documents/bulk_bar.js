import { Button } from "../../components/button.js";
import { count, words } from "../../core/language.js";
import { html } from "../../libraries/preact.js";
import { isRetried } from "./stores.js";

const say = words(
  { number: "{number} selected", every: "Select all {number} found", again: "Read again ({number})", move: "Move", attribute: "Set an attribute", remove: "Delete", clear: "Select none", label: "What to do with the selection" },
  { number: "已选择 {number} 个", every: "选择找到的全部 {number} 个", again: "重新读取（{number}）", move: "移动", attribute: "设置属性", remove: "删除", clear: "取消选择", label: "对所选文档的操作" },
);

/**
 * What can be done with the files that are selected.
 * @param {{
 *   selection: import("./use_selection.js").Selection, total: number, selectEvery: () => Promise<void>,
 *   act: (deed: import("./file_row.js").Deed, files: import("./stores.js").StoreFile[]) => void,
 * }} props `total`: how many the list has on all its pages
 */
export function BulkBar({ selection, total, selectEvery, act }) {
  const files = [...selection.chosen.values()];
  if (files.length === 0) return null;
  const retried = files.filter(isRetried);
  return html`<div class="bulk" role="group" aria-label=${say("label")}>
    <span class="strong" role="status">${say("number", { number: count(files.length) })}</span>
    ${files.length < total && html`<${Button} label=${say("every", { number: count(total) })} kind="plain" act=${selectEvery} />`}
    <span class="bulk-deeds">
      ${retried.length > 0 && html`<${Button} label=${say("again", { number: count(retried.length) })} icon="RotateCw" act=${() => act("again", retried)} />`}
      <${Button} label=${say("move")} icon="FolderInput" act=${() => act("move", files)} />
      <${Button} label=${say("attribute")} icon="Tag" act=${() => act("attribute", files)} />
      <${Button} label=${say("remove")} icon="Trash" kind="danger" act=${() => act("remove", files)} />
      <${Button} label=${say("clear")} icon="X" kind="plain" quiet act=${selection.clear} />
    </span>
  </div>`;
}
