import { words } from "../../core/language.js";
import { html } from "../../libraries/preact.js";

/** @typedef {{role: string, content: string | {type: string, text?: string}[] | null}} SentMessage */
/** @typedef {{messages: SentMessage[], earlier: number, tokens: number}} SentPrompt */

const say = words(
  { prompt: "The prompt, as the engine got it", system: "Instructions and passages", user: "Question", assistant: "Answer", tool: "Result of a tool", developer: "Instructions", picture: "(a picture)", earlier: "and {earlier} earlier messages of this conversation" },
  { prompt: "引擎收到的提示", system: "指令与段落", user: "问题", assistant: "回答", tool: "工具结果", developer: "指令", picture: "（一张图片）", earlier: "以及此前对话中的 {earlier} 条消息" },
);

const ROLES = new Set(["system", "user", "assistant", "tool", "developer"]);

/** @param {SentMessage["content"]} content */
function text(content) {
  if (typeof content === "string") return content;
  return (content ?? []).map((part) => part.text ?? say("picture")).join("\n");
}

/** What the engine was sent, message by message. @param {{prompt: SentPrompt}} props */
export function Sent({ prompt }) {
  return html`<details>
    <summary class="strong">${say("prompt")}</summary>
    ${prompt.earlier > 0 && html`<p class="soft small">${say("earlier", { earlier: prompt.earlier })}</p>`}
    ${prompt.messages.map((message) => html`<p class="why-role small">${ROLES.has(message.role) ? say(/** @type {"user"} */ (message.role)) : message.role}</p><div class="why-text" tabindex="0">${text(message.content)}</div>`)}
  </details>`;
}
