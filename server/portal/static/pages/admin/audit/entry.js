import { CodeBlock } from "../../../components/code_block.js";
import { Dialog } from "../../../components/dialog.js";
import { moment, words } from "../../../core/language.js";
import { html } from "../../../libraries/preact.js";
import { Outcome } from "./outcome.js";

const say = words(
  {
    title: "Entry {number}", time: "When", who: "Who", as: "as {role}, by {key}", what: "What", from: "From", about: "About", documents: "Documents behind it", outcome: "Outcome", request: "Request id", repeats: "The same again", times: "{count} times more, not written one by one",
    sealed: "What was asked", "sealed-why": "Kept sealed: `lectern audit show --content` shows it on the machine that has the master key.", stranger: "somebody who was not let in", whole: "The entry as it is signed",
  },
  {
    title: "记录 {number}", time: "时间", who: "谁", as: "角色 {role}，通过 {key}", what: "操作", from: "来源", about: "对象", documents: "依据的文档", outcome: "结果", request: "请求 ID", repeats: "重复", times: "另有 {count} 次相同操作未逐条记录",
    sealed: "提问内容", "sealed-why": "已加密保存：在持有主密钥的机器上用 `lectern audit show --content` 查看。", stranger: "未获准者", whole: "签名的完整记录",
  },
);

/** All that one entry holds. @param {{entry: import("../sections/audit.js").AuditEntry, close: () => void}} props */
export function Entry({ entry, close }) {
  const { actor, source } = entry;
  const who = actor.name === null ? say("stranger") : html`${actor.name}<div class="soft small">${actor.owner} · ${say("as", { role: actor.role ?? "", key: actor.key_id || "–" })}</div>`;
  /** @type {[string, unknown][]} */
  const facts = [
    [say("time"), moment(entry.time)],
    [say("who"), who],
    [say("what"), html`${entry.action}<div class="soft small mono">${entry.route}</div>`],
    [say("outcome"), html`<${Outcome} outcome=${entry.outcome} />`],
    [say("from"), html`${source.address}<div class="soft small">${source.agent}</div>`],
  ];
  if (entry.resources.length) facts.push([say("about"), entry.resources.map((one) => html`<div class="mono">${one}</div>`)]);
  if (entry.documents.length) facts.push([say("documents"), entry.documents.map(({ vector_store_id: store, file_id: file }) => html`<div class="mono">${store ? html`<a href=${`/documents/${store}/${file}`}>${file}</a>` : file}</div>`)]);
  if (entry.request_id) facts.push([say("request"), html`<span class="mono">${entry.request_id}</span>`]);
  if (entry.repeats) facts.push([say("repeats"), say("times", { count: entry.repeats })]);
  if (entry.content) facts.push([say("sealed"), say("sealed-why")]);
  return html`<${Dialog} title=${say("title", { number: entry.sequence })} close=${close} wide>
    <dl class="facts">${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
    <details class="more"><summary>${say("whole")}</summary><div class="stack"><${CodeBlock} text=${JSON.stringify(entry, null, 2)} language="json" /></div></details>
  </${Dialog}>`;
}
