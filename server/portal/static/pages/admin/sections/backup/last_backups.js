import { Trouble } from "../../../../components/trouble.js";
import { call } from "../../../../core/api.js";
import { ago, moment, words } from "../../../../core/language.js";
import { useLoaded } from "../../../../core/loading.js";
import { html } from "../../../../libraries/preact.js";

const say = words(
  { title: "Last backups", none: "None on record yet.", when: "When", who: "Who", how: "How", broken: "refused", browser: "by the API or this page", command: "by the command", old: "The last one is old: {when}." },
  { title: "最近的备份", none: "尚无记录。", when: "时间", who: "操作者", how: "方式", broken: "被拒绝", browser: "通过 API 或本页面", command: "通过命令", old: "上次备份已是{when}。" },
);
const OLD_SECONDS = 7 * 86_400;

/** The backups that the record of who did what knows of. */
export function LastBackups() {
  const { data, error, reload } = useLoaded((signal) => call("GET", "/v1/audit?action=backup&limit=5", undefined, signal), [], 10);
  /** @type {any[]} */
  const entries = data?.data ?? [];
  return html`<section class="stack" aria-labelledby="last"><h2 id="last">${say("title")}</h2>
    ${error && html`<${Trouble} error=${error} retry=${reload} />`}
    ${data && !entries.length && html`<p class="soft">${say("none")}</p>`}
    ${entries.length > 0 && Date.now() / 1000 - entries[0].time > OLD_SECONDS && html`<p class="warning">${say("old", { when: ago(entries[0].time) })}</p>`}
    ${entries.length > 0 && html`<div class="scroll card" tabindex="0" role="region" aria-label=${say("title")}><table>
      <thead><tr><th>${say("when")}</th><th>${say("who")}</th><th>${say("how")}</th></tr></thead>
      <tbody>${entries.map((entry) => html`<tr key=${entry.id}>
        <td title=${moment(entry.time)}>${ago(entry.time)}</td>
        <td>${entry.actor?.name ?? "–"}</td>
        <td>${say(String(entry.route).startsWith("POST") ? "browser" : "command")}${(entry.outcome?.status ?? 200) >= 400 ? ` · ${say("broken")}` : ""}</td>
      </tr>`)}</tbody>
    </table></div>`}
  </section>`;
}
