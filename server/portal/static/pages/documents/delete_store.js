import { Confirm } from "../../components/confirm.js";
import { tell } from "../../components/notices.js";
import { call, everything } from "../../core/api.js";
import { count, words } from "../../core/language.js";
import { html, useState } from "../../libraries/preact.js";
import { inSlices, pathOf } from "./stores.js";

const say = words(
  {
    title: "Delete “{name}”?", text: "Nobody finds its {number} documents by it any more. This cannot be undone.", too: "Delete the documents, too, but for those that other stores hold",
    verb: "Delete", done: "“{name}” is deleted.",
  },
  {
    title: "删除“{name}”？", text: "其中的 {number} 个文档将无法再通过它找到。此操作无法撤销。", too: "同时删除文档（其他文档库中也有的除外）",
    verb: "删除", done: "已删除“{name}”。",
  },
);

/** Asks before a store goes. @param {{store: import("./stores.js").Store, close: () => void, done: () => void}} props */
export function DeleteStore({ store, close, done }) {
  const [withFiles, setWithFiles] = useState(true);
  async function remove() {
    if (withFiles) {
      const files = await everything(`${pathOf(store.id)}/files`, 1000);
      await inSlices(files.map((one) => one.id), (file_ids) => call("POST", `${pathOf(store.id)}/files/detach`, { file_ids, delete: true }));
    }
    await call("DELETE", pathOf(store.id));
    tell(say("done", { name: store.name }));
    done();
  }
  return html`<${Confirm} title=${say("title", { name: store.name })} verb=${say("verb")} act=${remove} close=${close}>
    <p>${say("text", { number: count(store.file_counts.total) })}</p>
    <label class="check"><input type="checkbox" checked=${withFiles} onChange=${() => setWithFiles(!withFiles)} /> ${say("too")}</label>
  </${Confirm}>`;
}
