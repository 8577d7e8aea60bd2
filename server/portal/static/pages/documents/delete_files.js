import { Confirm } from "../../components/confirm.js";
import { tell } from "../../components/notices.js";
import { call } from "../../core/api.js";
import { count, words } from "../../core/language.js";
import { html } from "../../libraries/preact.js";
import { inSlices, pathOf } from "./stores.js";

const say = words(
  {
    one: "Delete “{name}”?", many: "Delete {number} documents?", text: "No question is answered from it any more. If no other store holds it, the file itself is deleted, too. This cannot be undone.",
    texts: "No question is answered from them any more. Files that no other store holds are deleted, too. This cannot be undone.", verb: "Delete", done: "{number} deleted.",
  },
  {
    one: "删除“{name}”？", many: "删除 {number} 个文档？", text: "之后将不再用它回答问题。如果其他文档库中没有该文件，文件本身也会被删除。此操作无法撤销。",
    texts: "之后将不再用它们回答问题。其他文档库中没有的文件也会被删除。此操作无法撤销。", verb: "删除", done: "已删除 {number} 个。",
  },
);

/** Asks before files go. @param {{store: string, files: import("./stores.js").StoreFile[], close: () => void, done: () => void}} props */
export function DeleteFiles({ store, files, close, done }) {
  async function remove() {
    await inSlices(files.map((one) => one.id), (file_ids) => call("POST", `${pathOf(store)}/files/detach`, { file_ids, delete: true }));
    tell(say("done", { number: count(files.length) }));
    done();
  }
  const title = files.length === 1 ? say("one", { name: files[0].filename }) : say("many", { number: count(files.length) });
  return html`<${Confirm} title=${title} verb=${say("verb")} act=${remove} close=${close}><p>${say(files.length === 1 ? "text" : "texts")}</p></${Confirm}>`;
}
