import { count, words } from "../../core/language.js";
import { html, useState } from "../../libraries/preact.js";
import { Button } from "../button.js";
import { Progress } from "../progress.js";
import { UploadRow } from "./upload_row.js";
import { cancel, clearEnded, hasEnded, pause, resume, uploads } from "./uploads.js";

const say = words(
  {
    uploads: "Uploads", going: "Uploading {done} of {all}", done: "{done} uploaded", failed: "{number} failed", hide: "Show less", show: "Show more", close: "Close the list of uploads",
    pause: "Pause all", resume: "Go on with all", cancel: "Cancel all", progress: "All uploads", more: "… and {number} more",
  },
  {
    uploads: "上传", going: "正在上传 {done} / {all}", done: "已上传 {done} 个", failed: "{number} 个失败", hide: "收起", show: "展开", close: "关闭上传列表",
    pause: "全部暂停", resume: "全部继续", cancel: "全部取消", progress: "全部上传进度", more: "……还有 {number} 个",
  },
);
const MOST_SHOWN = 30;
const RANKS = { failed: 0, offline: 1, sending: 2, filing: 2, paused: 3, waiting: 4, done: 5, cancelled: 6 };

/** The uploads under way, in a corner of every page. */
export function UploadsPanel() {
  const [isWide, widen] = useState(true);
  const all = uploads.value;
  if (all.length === 0) return null;
  const open = all.filter((one) => !hasEnded(one));
  const failed = all.filter((one) => one.phase.value === "failed");
  const done = all.filter((one) => one.phase.value === "done");
  const total = all.filter((one) => one.phase.value !== "cancelled");
  const bytes = total.reduce((sum, one) => sum + one.file.size, 0);
  const sent = total.reduce((sum, one) => sum + (one.phase.value === "done" ? one.file.size : one.sent.value), 0);
  const shown = [...all].sort((one, other) => RANKS[one.phase.value] - RANKS[other.phase.value] || one.id - other.id).slice(0, MOST_SHOWN);
  const isPaused = open.length > 0 && open.every((one) => one.phase.value === "paused");
  const title = open.length ? say("going", { done: count(done.length), all: count(total.length) }) : say("done", { done: count(done.length) });
  const toggle = () => {
    if (isPaused) open.forEach(resume);
    // The waiting ones first, so that none of them takes the place of one that stops.
    else [...open].reverse().forEach(pause);
  };
  return html`<section class="uploads" aria-label=${say("uploads")}>
    <header>
      <h2 role="status">${title}${failed.length > 0 && html` <span class="badge bad">${say("failed", { number: failed.length })}</span>`}</h2>
      <${Button} label=${isWide ? say("hide") : say("show")} icon=${isWide ? "ChevronDown" : "ChevronUp"} kind="plain" quiet aria-expanded=${isWide} act=${() => widen(!isWide)} />
      ${open.length === 0 && html`<${Button} label=${say("close")} icon="X" kind="plain" quiet act=${clearEnded} />`}
    </header>
    ${open.length > 0 && html`<${Progress} label=${say("progress")} done=${sent} total=${bytes || 1} />`}
    ${isWide && html`<ul>${shown.map((upload) => html`<${UploadRow} key=${upload.id} upload=${upload} />`)}
      ${all.length > MOST_SHOWN && html`<li class="soft small">${say("more", { number: count(all.length - MOST_SHOWN) })}</li>`}</ul>`}
    ${isWide && open.length > 1 && html`<footer>
      <${Button} label=${isPaused ? say("resume") : say("pause")} icon=${isPaused ? "Play" : "Pause"} kind="plain" act=${toggle} />
      <${Button} label=${say("cancel")} icon="X" kind="plain" act=${() => open.forEach(cancel)} />
    </footer>`}
  </section>`;
}
