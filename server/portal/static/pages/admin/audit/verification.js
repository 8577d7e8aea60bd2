import { Button } from "../../../components/button.js";
import { Dialog } from "../../../components/dialog.js";
import { Icon } from "../../../components/icon.js";
import { Progress } from "../../../components/progress.js";
import { Trouble } from "../../../components/trouble.js";
import { call } from "../../../core/api.js";
import { count, words } from "../../../core/language.js";
import { useLoaded } from "../../../core/loading.js";
import { html, useState } from "../../../libraries/preact.js";

const say = words(
  {
    check: "Check the record", checking: "Walking all entries …", whole: "The record is whole: all {entries} entries follow each other, as this installation signed them.",
    broken: "Something is wrong with the record, from entry {number} on.", faults: "{count} in all", changed: "changed", forged: "forged", removed: "removed", reordered: "reordered", cut: "cut off", unreadable: "unreadable",
    entry: "Entry {number}", key: "Public key", keep: "Whoever can exchange the whole folder for an older copy leaves a record that is whole. Keep its end on another machine with `lectern audit head`.",
  },
  {
    check: "校验记录", checking: "正在检查全部记录……", whole: "记录完整：全部 {entries} 条记录首尾相接，均由本系统签名。",
    broken: "从第 {number} 条起记录有问题。", faults: "共 {count} 处", changed: "被更改", forged: "被伪造", removed: "被删除", reordered: "顺序被改变", cut: "被截断", unreadable: "无法读取",
    entry: "第 {number} 条", key: "公钥", keep: "若有人用旧副本替换整个数据目录，记录看起来仍然完整。请用 `lectern audit head` 在另一台机器上保存其末端。",
  },
);

/** @typedef {{whole: boolean, entries: number, count: number, public_key: string, faults: {sequence: number, kind: "changed" | "forged" | "removed" | "reordered" | "cut" | "unreadable", detail: string}[]}} Verified */

/** Walks the record, and tells whether anything of it was changed. */
export function Verification() {
  const [isOpen, open] = useState(false);
  return html`<${Button} label=${say("check")} icon="ShieldCheck" act=${() => open(true)} />${isOpen && html`<${Result} close=${() => open(false)} />`}`;
}

/** @param {{close: () => void}} props */
function Result({ close }) {
  const loaded = useLoaded((signal) => call("GET", "/v1/audit/verification", undefined, signal), []);
  const told = /** @type {Verified | undefined} */ (loaded.data);
  return html`<${Dialog} title=${say("check")} close=${close}>
    <div class="stack" aria-live="polite">
      ${loaded.error && html`<${Trouble} error=${loaded.error} retry=${loaded.reload} />`}
      ${!told && !loaded.error && html`<p>${say("checking")}</p><${Progress} label=${say("checking")} />`}
      ${told?.whole && html`<p class="verdict good"><${Icon} name="ShieldCheck" />${say("whole", { entries: count(told.entries) })}</p>`}
      ${told && !told.whole && html`<p class="verdict bad"><${Icon} name="TriangleAlert" />${say("broken", { number: told.faults[0].sequence })}</p>
        <ul>${told.faults.map((fault) => html`<li>${say("entry", { number: fault.sequence })}: <strong>${say(fault.kind)}</strong> <span class="soft small">${fault.detail}</span></li>`)}</ul>
        ${told.count > told.faults.length && html`<p>${say("faults", { count: count(told.count) })}</p>`}`}
      ${told && html`<dl class="facts"><dt>${say("key")}</dt><dd class="mono">${told.public_key}</dd></dl><p class="soft small">${say("keep")}</p>`}
    </div>
  </${Dialog}>`;
}
