import { Empty } from "../../components/empty.js";
import { FORMATS } from "../../components/uploads/formats.js";
import { words } from "../../core/language.js";
import { html } from "../../libraries/preact.js";
import { mayEdit } from "./stores.js";

const say = words(
  { none: "No document is like that", empty: "No documents yet", drop: "Drop files or whole folders here, or choose them above.", reads: "Lectern reads {formats}.", reader: "As soon as somebody adds documents, you can ask about them." },
  { none: "没有符合条件的文档", empty: "还没有文档", drop: "将文件或整个文件夹拖到这里，或在上方选择。", reads: "Lectern 可以读取 {formats}。", reader: "有人添加文档后，您就可以提问。" },
);

/** Where a list of files is empty. @param {{store: import("./stores.js").Store, isNarrowed: boolean}} props */
export function NoFiles({ store, isNarrowed }) {
  if (isNarrowed) return html`<${Empty} icon="Search" title=${say("none")} />`;
  if (!mayEdit(store)) return html`<${Empty} icon="BookOpen" title=${say("empty")}><p>${say("reader")}</p></${Empty}>`;
  return html`<${Empty} icon="Upload" title=${say("empty")}><p>${say("drop")}<br />${say("reads", { formats: FORMATS.map((one) => one.name).join(" · ") })}</p></${Empty}>`;
}
