import { Button } from "../../../components/button.js";
import { Empty } from "../../../components/empty.js";
import { Pager } from "../../../components/pager.js";
import { Trouble } from "../../../components/trouble.js";
import { Waiting } from "../../../components/waiting.js";
import { moment, words } from "../../../core/language.js";
import { usePages } from "../../../core/paging.js";
import { html, useLocation, useState } from "../../../libraries/preact.js";
import { Entry } from "../audit/entry.js";
import { Export } from "../audit/export.js";
import { Filters, wanted } from "../audit/filters.js";
import { Outcome } from "../audit/outcome.js";
import { Verification } from "../audit/verification.js";

const say = words(
  { time: "When", who: "Who", action: "What", resource: "About", outcome: "Outcome", export: "Export", none: "No entry is like this", stranger: "somebody not let in", more: "and {count} more", open: "Entry {number}: {action}" },
  { time: "时间", who: "谁", action: "操作", resource: "对象", outcome: "结果", export: "导出", none: "没有符合条件的记录", stranger: "未获准者", more: "另有 {count} 项", open: "记录 {number}：{action}" },
);

/** @typedef {{id: string, sequence: number, time: number, action: string, route: string, actor: {owner: string | null, key_id: string | null, name: string | null, role: string | null},
 *   source: {address: string, agent: string}, resources: string[], documents: {vector_store_id: string, file_id: string}[], outcome: {status: number | null, code: string | null},
 *   request_id: string, repeats: number, detail: Record<string, unknown>, content: string | null, previous: string, hash: string, signature: string}} AuditEntry */

/** The record of who did what. The filters stand in the address. */
export default function Audit() {
  const { query, route } = useLocation();
  const [shown, show] = useState(/** @type {AuditEntry | null} */ (null));
  const [isTaking, take] = useState(false);
  const pages = usePages("/v1/audit", wanted(query));
  return html`<div class="stack">
    <${Filters} key=${JSON.stringify(query)} given=${query} filter=${(/** @type {string} */ search) => route(`/admin/audit${search}`)}>
      <${Verification} /><${Button} label=${say("export")} icon="Download" act=${() => take(true)} />
    </${Filters}>
    ${pages.error && html`<${Trouble} error=${pages.error} retry=${pages.reload} />`}
    ${!pages.rows && !pages.error && html`<${Waiting} />`}
    ${pages.rows?.length === 0 && html`<${Empty} icon="ScrollText" title=${say("none")} />`}
    ${pages.rows?.length ? html`<table class="listing audit">
      <thead><tr><th scope="col">${say("time")}</th><th scope="col">${say("who")}</th><th scope="col">${say("action")}</th><th scope="col" class="wide">${say("resource")}</th><th scope="col" class="wide">${say("outcome")}</th></tr></thead>
      <tbody>${pages.rows.map((/** @type {AuditEntry} */ one) => html`<tr key=${one.id}>
        <td class="small">${moment(one.time)}</td><td class="long">${one.actor.name ?? html`<span class="soft">${say("stranger")}</span>`}</td>
        <td><button type="button" class="link" aria-label=${say("open", { number: one.sequence, action: one.action })} onClick=${() => show(one)}>${one.action.replaceAll("_", "_\u200b")}</button></td>
        <td class="wide mono long">${one.resources[0]}${one.resources.length > 1 ? ` ${say("more", { count: one.resources.length - 1 })}` : ""}</td>
        <td class="wide"><${Outcome} outcome=${one.outcome} /></td>
      </tr>`)}</tbody>
    </table>` : null}
    <${Pager} pages=${pages} />
    ${shown && html`<${Entry} entry=${shown} close=${() => show(null)} />`}
    ${isTaking && html`<${Export} close=${() => take(false)} />`}
  </div>`;
}
