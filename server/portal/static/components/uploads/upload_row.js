import { size, words } from "../../core/language.js";
import { html } from "../../libraries/preact.js";
import { Button } from "../button.js";
import { Progress } from "../progress.js";
import { told } from "../trouble.js";
import { nameOf } from "./formats.js";
import { cancel, hasEnded, pause, resume } from "./uploads.js";

const say = words(
  {
    waiting: "Waiting", sending: "{sent} of {all}", filing: "Putting it into “{store}”", offline: "No connection. Goes on by itself.", paused: "Paused at {sent} of {all}",
    failed: "Not uploaded", cancelled: "Cancelled", done: "Uploaded", progress: "Upload of {name}", pause: "Pause {name}", resume: "Go on with {name}", again: "Try {name} again", cancel: "Cancel {name}",
  },
  {
    waiting: "等待中", sending: "{sent} / {all}", filing: "正在放入“{store}”", offline: "连接中断，恢复后自动继续。", paused: "已暂停：{sent} / {all}",
    failed: "未上传", cancelled: "已取消", done: "已上传", progress: "{name} 的上传进度", pause: "暂停 {name}", resume: "继续上传 {name}", again: "重试 {name}", cancel: "取消 {name}",
  },
);

/** One upload: how far it is, and what can be done about it. @param {{upload: import("./uploads.js").Upload}} props */
export function UploadRow({ upload }) {
  const { file, store, phase, sent, error } = upload;
  const name = nameOf(file);
  const facts = { sent: size(sent.value), all: size(file.size), store: store.name };
  const moves = ["sending", "waiting", "offline", "filing"].includes(phase.value);
  return html`<li class=${`upload ${phase.value}`}>
    <div class="upload-words">
      <bdi class="upload-name" title=${name}>${name}</bdi>
      <span class="small soft">${phase.value === "failed" && error.value ? told(error.value) : say(phase.value, facts)}</span>
      ${!hasEnded(upload) && html`<${Progress} label=${say("progress", { name })} done=${sent.value} total=${file.size || 1} />`}
    </div>
    ${moves && html`<${Button} label=${say("pause", { name })} icon="Pause" kind="plain" quiet act=${() => pause(upload)} />`}
    ${phase.value === "paused" && html`<${Button} label=${say("resume", { name })} icon="Play" kind="plain" quiet act=${() => resume(upload)} />`}
    ${phase.value === "failed" && html`<${Button} label=${say("again", { name })} icon="RotateCw" kind="plain" quiet act=${() => resume(upload)} />`}
    ${!hasEnded(upload) && html`<${Button} label=${say("cancel", { name })} icon="X" kind="plain" quiet act=${() => cancel(upload)} />`}
  </li>`;
}
