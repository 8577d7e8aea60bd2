import { words } from "../../core/language.js";
import { html } from "../../libraries/preact.js";
import { CodeBlock } from "../code_block.js";

const say = words(
  {
    lead: "Put this on the page, and the chat is there:", store: "STORE_ID",
    rights: "Stores that are not for everybody must let this key read them: add it under “Who may use it”.",
  },
  {
    lead: "将以下内容放入网页即可显示对话：", store: "文档库编号",
    rights: "未对所有人开放的文档库需要允许此密钥读取：请在“谁可以使用”中添加。",
  },
);

/** The lines by which a web page shows the chat, with a key for it. @param {{secret: string, stores: string[]}} props */
export function PageSnippet({ secret, stores }) {
  const lines = [
    `<script type="module" src="${location.origin}/portal/widget.js"></script>`,
    `<lectern-chat key="${secret}" store="${stores.join(" ") || say("store")}"></lectern-chat>`,
  ];
  return html`<div class="stack"><p>${say("lead")}</p><${CodeBlock} text=${lines.join("\n")} language="html" /><p class="soft small">${say("rights")}</p></div>`;
}
