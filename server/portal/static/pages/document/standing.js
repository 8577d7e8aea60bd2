import { Button } from "../../components/button.js";
import { Field } from "../../components/field.js";
import { Icon } from "../../components/icon.js";
import { Progress } from "../../components/progress.js";
import { tell, tellTrouble } from "../../components/notices.js";
import { call } from "../../core/api.js";
import { ago, count, duration, words } from "../../core/language.js";
import { html, useState } from "../../libraries/preact.js";

const say = words(
  {
    completed: "Ready", partial: "Ready in part", failed: "Not read", cancelled: "Cancelled", queued: "Waiting to be read", parsing: "Being read", embedding: "Being made findable",
    added: "added {ago}", chunks: "{count} chunks", password: "Password", again: "Try again", stop: "Stop", queuedAgain: "It will be read again.", left: "{time} left",
  },
  {
    completed: "就绪", partial: "部分就绪", failed: "未能读取", cancelled: "已取消", queued: "等待读取", parsing: "正在读取", embedding: "正在建立索引",
    added: "{ago}添加", chunks: "{count} 个片段", password: "密码", again: "重试", stop: "停止", queuedAgain: "将重新读取。", left: "剩余 {time}",
  },
);

/**
 * How the document stands in its store: being read and how far, ready, or not and why.
 * @param {{entry: any, edits: boolean, changed: () => unknown}} props
 */
export function Standing({ entry, edits, changed }) {
  const [password, setPassword] = useState("");
  const home = `/v1/vector_stores/${encodeURIComponent(entry.vector_store_id)}/files`;
  const again = async () => {
    try {
      await call("POST", home, { file_id: entry.id, attributes: entry.attributes, ...(password && { password }) });
      setPassword("");
      tell(say("queuedAgain"));
    } catch (error) {
      tellTrouble(error);
    }
    await changed();
  };
  const failed = entry.status === "failed" || entry.status === "cancelled";
  const step = entry.progress_detail;
  return html`<section class="standing">
    <p class="row">
      ${badge(entry)}
      ${entry.chunks > 0 && html`<span class="soft small">${say("chunks", { count: count(entry.chunks) })}</span>`}
      <span class="soft small">${say("added", { ago: ago(entry.created_at) })}</span>
    </p>
    ${entry.status === "in_progress" && html`<${Progress} label=${say(stageOf(step))} done=${step?.done} total=${step?.total} />
      ${step?.seconds_left > 1 && html`<p class="soft small">${say("left", { time: duration(step.seconds_left) })}</p>`}`}
    ${entry.last_error && html`<p class="reason">${entry.last_error.message}</p>`}
    ${failed && edits && html`<form onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); again(); }}>
      ${entry.last_error?.reason === "password_needed" && html`<${Field} label=${say("password")} type="password" autocomplete="off" value=${password} onInput=${(/** @type {any} */ event) => setPassword(event.target.value)} />`}
      <${Button} label=${say("again")} icon="RotateCw" act=${again} />
    </form>`}
  </section>`;
}

/** @param {any} step @returns {"queued" | "parsing" | "embedding"} */
function stageOf(step) {
  return step?.stage === "parsing" || step?.stage === "embedding" ? step.stage : "queued";
}

/** @param {any} entry */
function badge(entry) {
  if (entry.status === "in_progress") return html`<span class="badge accent"><${Icon} name="LoaderCircle" size=${14} class="turning" />${say(stageOf(entry.progress_detail))}</span>`;
  if (entry.status === "failed") return html`<span class="badge bad"><${Icon} name="CircleX" size=${14} />${say("failed")}</span>`;
  if (entry.status === "cancelled") return html`<span class="badge"><${Icon} name="CircleX" size=${14} />${say("cancelled")}</span>`;
  if (entry.partial) return html`<span class="badge warn"><${Icon} name="TriangleAlert" size=${14} />${say("partial")}</span>`;
  return html`<span class="badge good"><${Icon} name="CircleCheck" size=${14} />${say("completed")}</span>`;
}
