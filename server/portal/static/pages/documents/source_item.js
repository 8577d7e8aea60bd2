import { Button } from "../../components/button.js";
import { Confirm } from "../../components/confirm.js";
import { tellTrouble } from "../../components/notices.js";
import { call } from "../../core/api.js";
import { ago, count, duration, words } from "../../core/language.js";
import { may } from "../../core/session.js";
import { html, useState } from "../../libraries/preact.js";

const say = words(
  {
    files: "{number} documents", failed: "{number} failed", every: "looked through every {time}", last: "last {when}", sync: "Look through {url} now", remove: "Stop following {url}",
    ask: "Stop following it?", text: "The {number} documents that came from there leave the store and are deleted.", verb: "Stop following", pending: "Waiting", running: "Looking through …", completed: "In step", partial: "Partly in step", failing: "Not reached",
  },
  {
    files: "{number} 个文档", failed: "{number} 个失败", every: "每 {time} 检查一次", last: "上次：{when}", sync: "立即检查 {url}", remove: "停止跟踪 {url}",
    ask: "停止跟踪？", text: "来自那里的 {number} 个文档将离开文档库并被删除。", verb: "停止跟踪", pending: "等待中", running: "正在检查……", completed: "已同步", partial: "部分同步", failing: "无法访问",
  },
);

/**
 * @typedef {object} Source
 * @property {string} id
 * @property {string} url
 * @property {number} interval
 * @property {string} status
 * @property {string | null} message
 * @property {number | null} ended_at
 * @property {{total: number, failed: number}} file_counts
 */

/** @param {string} status @returns {{kind: string, word: string}} */
function standing(status) {
  if (status === "running") return { kind: "accent", word: say("running") };
  if (status === "partial") return { kind: "warn", word: say("partial") };
  if (status === "failed") return { kind: "bad", word: say("failing") };
  return status === "completed" ? { kind: "good", word: say("completed") } : { kind: "", word: say("pending") };
}

/** A place that a store follows. @param {{source: Source, path: string, changed: () => void}} props */
export function SourceItem({ source, path, changed }) {
  const [asks, ask] = useState(false);
  const { url, status, file_counts: counts } = source;
  const { kind, word } = standing(status);
  const sync = () => call("POST", `${path}/${source.id}/sync`).then(changed, tellTrouble);
  async function remove() {
    await call("DELETE", `${path}/${source.id}`);
    changed();
  }
  return html`<li class="source">
    <div><bdi class="strong">${url}</bdi> <span class=${`badge ${kind}`}>${word}</span>
      <p class="soft small">${say("files", { number: count(counts.total) })}${counts.failed > 0 && ` · ${say("failed", { number: count(counts.failed) })}`} · ${say("every", { time: duration(source.interval) })}${source.ended_at && ` · ${say("last", { when: ago(source.ended_at) })}`}</p>
      ${source.message && html`<p class="small reason">${source.message}</p>`}</div>
    <${Button} label=${say("sync", { url })} icon="RefreshCw" kind="plain" quiet act=${sync} />
    ${may("admin") && html`<${Button} label=${say("remove", { url })} icon="Trash" kind="plain" quiet act=${() => ask(true)} />`}
    ${asks && html`<${Confirm} title=${say("ask")} verb=${say("verb")} act=${remove} close=${() => ask(false)}><p>${say("text", { number: count(counts.total) })}</p></${Confirm}>`}
  </li>`;
}
