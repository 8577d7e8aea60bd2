import { Confirm } from "../../components/confirm.js";
import { Menu } from "../../components/menu.js";
import { tellTrouble } from "../../components/notices.js";
import { call, request } from "../../core/api.js";
import { words } from "../../core/language.js";
import { html, useState } from "../../libraries/preact.js";
import { RenameConversation } from "./rename_conversation.js";

const say = words(
  {
    untitled: "New conversation", menu: "More for {title}", rename: "Rename", markdown: "Export as Markdown", json: "Export as JSON", drop: "Delete",
    sure: "Delete this conversation?", what: "“{title}” and all answers in it are deleted for good. Shared links to them end.",
  },
  {
    untitled: "新对话", menu: "“{title}”的更多操作", rename: "重命名", markdown: "导出为 Markdown", json: "导出为 JSON", drop: "删除",
    sure: "删除此对话？", what: "“{title}”及其全部回答将被永久删除，已分享的链接也随之失效。",
  },
);

/**
 * One conversation of the list, and what can be done with it.
 * @param {{conversation: import("./conversations.js").Conversation, shown: boolean, choose: () => void, changed: () => unknown, deleted: () => void}} props
 */
export function ConversationRow({ conversation, shown, choose, changed, deleted }) {
  const [dialog, open] = useState(/** @type {"" | "rename" | "delete"} */ (""));
  const title = conversation.title ?? say("untitled");
  const path = `/v1/conversations/${encodeURIComponent(conversation.id)}`;
  const close = () => open("");

  /** @param {"md" | "json"} format */
  async function save(format) {
    try {
      const response = await request("GET", `${path}/export?format=${format}`);
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await response.blob());
      link.download = `${title.replace(/[^\p{L}\p{N} ._-]+/gu, " ").trim().slice(0, 80) || conversation.id}.${format}`;
      link.click();
      URL.revokeObjectURL(link.href);
    } catch (error) {
      tellTrouble(error);
    }
  }
  async function drop() {
    await call("DELETE", path);
    deleted();
  }
  /** @type {import("../../components/menu.js").Item[]} */
  const items = [
    { label: say("rename"), icon: "Pencil", act: () => open("rename") },
    { label: say("markdown"), icon: "Download", act: () => save("md") },
    { label: say("json"), icon: "Download", act: () => save("json") },
    { label: say("drop"), icon: "Trash", danger: true, act: () => open("delete") },
  ];
  /** @param {MouseEvent} event */
  const press = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    choose();
  };
  return html`<li class=${`conversation ${shown ? "shown" : ""}`}>
    <a href=${`/ask/${encodeURIComponent(conversation.id)}`} aria-current=${shown ? "page" : undefined} title=${title} onClick=${press}>${title}</a>
    <${Menu} label=${say("menu", { title })} items=${items} />
    ${dialog === "rename" && html`<${RenameConversation} path=${path} title=${title} changed=${changed} close=${close} />`}
    ${dialog === "delete" && html`<${Confirm} title=${say("sure")} verb=${say("drop")} act=${drop} close=${close}><p>${say("what", { title })}</p></${Confirm}>`}
  </li>`;
}
