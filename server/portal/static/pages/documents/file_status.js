import { Icon } from "../../components/icon.js";
import { Progress } from "../../components/progress.js";
import { count, duration, words } from "../../core/language.js";
import { html } from "../../libraries/preact.js";

const say = words(
  {
    queued: "Waiting to be read", parsing: "Reading {done}", embedding: "Embedding {done}", "of": "{done}/{total} {unit}", progress: "{name} is being read", left: "{time} left",
    pages: "pages", sheets: "sheets", chunks: "passages", slides: "slides", units: "parts",
    completed: "Ready", partial: "Partly read", failed: "Failed", cancelled: "Cancelled", duplicate: "Duplicate", replacing: "New version",
  },
  {
    queued: "等待读取", parsing: "正在读取 {done}", embedding: "正在向量化 {done}", "of": "{done}/{total} {unit}", progress: "正在读取 {name}", left: "剩余 {time}",
    pages: "页", sheets: "个工作表", chunks: "个段落", slides: "张幻灯片", units: "个部分",
    completed: "就绪", partial: "部分读取", failed: "失败", cancelled: "已取消", duplicate: "重复", replacing: "新版本",
  },
);
const UNITS = /** @type {const} */ (["pages", "sheets", "chunks", "slides"]);

/** @param {NonNullable<import("./stores.js").StoreFile["progress_detail"]>} progress */
function step({ stage, done, total, unit, seconds_left: left }) {
  if (stage !== "parsing" && stage !== "embedding") return say("queued");
  const known = UNITS.find((one) => one === unit) ?? "units";
  const how = say(stage, { done: unit ? say("of", { done: count(done), total: total ? count(total) : "…", unit: say(known) }) : "" });
  return left != null && left > 5 ? `${how} · ${say("left", { time: duration(left) })}` : how;
}

/** How a file stands, and why if it is not well. @param {{file: import("./stores.js").StoreFile}} props */
export function FileStatus({ file }) {
  const { status, progress_detail: progress } = file;
  if (status === "in_progress") {
    return html`<div class="reading"><span class="small">${progress ? step(progress) : say("queued")}</span>
      <${Progress} label=${say("progress", { name: file.filename })} done=${progress?.done} total=${progress?.total} />
      ${file.replaces && html`<span class="badge">${say("replacing")}</span>`}</div>`;
  }
  const isPartial = status === "completed" && file.partial;
  const kind = isPartial ? "warn" : { completed: "good", failed: "bad", cancelled: "" }[status];
  const icon = isPartial ? "TriangleAlert" : /** @type {const} */ ({ completed: "CircleCheck", failed: "CircleX", cancelled: "Minus" })[status];
  return html`<div class="standing"><span class=${`badge ${kind}`}><${Icon} name=${icon} size=${14} />${say(isPartial ? "partial" : status)}</span>
    ${file.duplicate_of && html` <span class="badge warn"><${Icon} name="Copy" size=${14} />${say("duplicate")}</span>`}
    ${status === "failed" && file.last_error && html`<p class="small reason">${file.last_error.message}</p>`}
    ${isPartial && file.losses.length > 0 && html`<p class="small soft reason">${file.losses.slice(0, 3).join("; ")}${file.losses.length > 3 && " …"}</p>`}</div>`;
}
