import { Button } from "../../../../components/button.js";
import { Confirm } from "../../../../components/confirm.js";
import { tellTrouble } from "../../../../components/notices.js";
import { Progress } from "../../../../components/progress.js";
import { call } from "../../../../core/api.js";
import { ago, count, duration, moment, words } from "../../../../core/language.js";
import { html, useState } from "../../../../libraries/preact.js";
import { sayKind, sayState, sayUnit } from "./words.js";

/**
 * @typedef {object} Job
 * @property {string} id
 * @property {Parameters<typeof sayKind>[0]} kind
 * @property {"queued" | "running" | "finished" | "cancelled"} state
 * @property {string} subject
 * @property {string | null} vector_store_id
 * @property {string | null} store
 * @property {string | null} file_id
 * @property {string | null} filename
 * @property {number} attempt
 * @property {any} progress
 * @property {string | null} worker
 * @property {number | null} leased_until
 * @property {number | null} not_before
 * @property {number} created_at
 * @property {number} updated_at
 * @property {string | null} file_status
 * @property {{code: string, message: string} | null} last_error
 * @property {boolean} can_cancel
 * @property {boolean} can_retry
 */

const say = words(
  {
    cancel: "Give up", retry: "Try again", now: "Try now", sure: "Give this job up?", consequence: "What is done already stays. A file stays in its store, unread, and can be read again.",
    in: "in {store}", begun: "begun {count} times", queued: "queued {when}", ended: "ended {when}", seen: "last sign of life {when}", waits: "tries again in {time}",
    failed: "failed", progress: "Progress", worker: "Worker {worker}", gone: "the file has gone", cancelling: "given up",
  },
  {
    cancel: "放弃", retry: "重试", now: "立即重试", sure: "放弃此任务？", consequence: "已完成的部分会保留。文件仍留在知识库中，状态为未读取，可以重新读取。",
    in: "位于 {store}", begun: "已开始 {count} 次", queued: "{when}加入队列", ended: "{when}结束", seen: "最近活动：{when}", waits: "{time}后重试",
    failed: "失败", progress: "进度", worker: "工作进程 {worker}", gone: "文件已不存在", cancelling: "已放弃",
  },
);
const UNITS = /** @type {const} */ (["pages", "chunks", "files", "rows", "blocks", "paragraphs"]);
const KINDS = { queued: "", running: "accent", finished: "good", cancelled: "warn" };

/** How far a job is, as far as it tells: done, total and their unit. @param {any} progress */
function toldOf(progress) {
  if (!progress || typeof progress !== "object" || typeof progress.done !== "number") return null;
  const known = UNITS.find((one) => one === progress.unit);
  const unit = known ? ` ${sayUnit(known)}` : "";
  const stage = progress.stage === "parsing" || progress.stage === "embedding" ? `${sayUnit(progress.stage)} ` : "";
  return `${stage}${count(progress.done)}${progress.total ? `/${count(progress.total)}` : ""}${unit}`;
}

/** One job: what it is, how it stands, and what can be done. @param {{job: Job, reload: () => Promise<void>}} props */
export function JobRow({ job, reload }) {
  const [asks, setAsks] = useState(false);
  const failed = job.file_status === "failed" && job.last_error !== null;
  const now = Date.now() / 1000;
  const open = job.state === "queued" || job.state === "running";
  const waits = job.state === "queued" && job.not_before !== null && job.not_before > now;
  /** @type {(string | null)[]} */
  const facts = [
    say("queued", { when: ago(job.created_at) }),
    job.state === "running" ? say("seen", { when: ago(job.updated_at) }) : null,
    open ? null : say("ended", { when: ago(job.updated_at) }),
    job.attempt > 1 ? say("begun", { count: job.attempt }) : null,
    waits ? say("waits", { time: duration(Number(job.not_before) - now) }) : null,
  ];
  async function again() {
    try {
      await call("POST", `/v1/jobs/${job.id}/retry`);
      await reload();
    } catch (error) {
      tellTrouble(error);
    }
  }
  async function giveUp() {
    await call("POST", `/v1/jobs/${job.id}/cancel`);
    await reload();
  }
  const name = job.filename ?? (job.kind === "ingest" ? say("gone") : job.store ?? job.subject);
  return html`<li>
    <div class="job-what">
      <p><span class="strong"><bdi>${name}</bdi></span>${job.filename && job.store && html` <span class="soft small">${say("in", { store: "" })}<bdi>${job.store}</bdi></span>`}</p>
      <p class="small soft">${sayKind(job.kind)} · <span title=${job.worker ? say("worker", { worker: job.worker }) : moment(job.created_at)}>${facts.filter(Boolean).join(" · ")}</span></p>
      ${failed && html`<p class="small error">${job.last_error?.message}</p>`}
      ${job.state === "running" && html`<div class="job-progress"><${Progress} label=${say("progress")} done=${job.progress?.done} total=${job.progress?.total} /><span class="small soft">${toldOf(job.progress)}</span></div>`}
    </div>
    <span class=${`badge ${failed ? "bad" : KINDS[job.state]}`}>${failed ? say("failed") : sayState(job.state)}</span>
    <div class="job-acts">
      ${job.can_retry && html`<${Button} label=${say(waits ? "now" : "retry")} icon="RotateCw" act=${again} />`}
      ${job.can_cancel && html`<${Button} label=${say("cancel")} icon="X" act=${() => setAsks(true)} />`}
    </div>
    ${asks && html`<${Confirm} title=${say("sure")} verb=${say("cancel")} act=${giveUp} close=${() => setAsks(false)}><p><bdi>${name}</bdi></p><p>${say("consequence")}</p></${Confirm}>`}
  </li>`;
}
