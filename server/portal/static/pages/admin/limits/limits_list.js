import { Button } from "../../../components/button.js";
import { Empty } from "../../../components/empty.js";
import { Icon } from "../../../components/icon.js";
import { Pager } from "../../../components/pager.js";
import { ICONS } from "../../../components/principal_picker.js";
import { Trouble } from "../../../components/trouble.js";
import { UsageBar } from "../../../components/usage_bar.js";
import { Waiting } from "../../../components/waiting.js";
import { count, words } from "../../../core/language.js";
import { useLoaded } from "../../../core/loading.js";
import { usePages } from "../../../core/paging.js";
import { html, useState } from "../../../libraries/preact.js";
import { ChooseSubject } from "./choose_subject.js";
import { OF_CALLERS, say as sayField, told } from "./fields.js";
import { namesOf } from "./subjects.js";

const say = words(
  { about: "Whoever asked this month or has limits of their own, the largest first. What everybody may is in the settings.", choose: "Limit somebody", who: "Who", own: "Own limits", none: "Nobody has asked anything this month, and nobody has limits of their own" },
  { about: "本月提过问或设有单独配额者，用量最大者在前。所有人的默认配额见设置。", choose: "设置配额", who: "对象", own: "单独配额", none: "本月无人提问，也没有单独配额" },
);

/** Who used how much, and who has limits of their own. */
export function LimitsList() {
  const [isChoosing, chooseOne] = useState(false);
  const pages = usePages("/v1/limits", { used: true });
  const ids = (pages.rows ?? []).map((/** @type {import("./fields.js").Limits} */ one) => one.id);
  const names = useLoaded((signal) => namesOf(ids, signal), [ids.join()]);
  return html`<div class="stack">
    <div class="row apart about"><p class="soft small">${say("about")}</p><${Button} label=${say("choose")} icon="Gauge" kind="primary" act=${() => chooseOne(true)} /></div>
    ${pages.error && html`<${Trouble} error=${pages.error} retry=${pages.reload} />`}
    ${!pages.rows && !pages.error && html`<${Waiting} />`}
    ${pages.rows?.length === 0 && html`<${Empty} icon="Gauge" title=${say("none")} />`}
    ${pages.rows?.length ? html`<table class="listing">
      <thead><tr><th scope="col">${say("who")}</th><th scope="col">${sayField("tokens_used")}</th><th scope="col" class="wide number">${sayField("requests_used")}</th><th scope="col" class="wide">${say("own")}</th></tr></thead>
      <tbody>${pages.rows.map((/** @type {import("./fields.js").Limits} */ one) => {
        const kind = one.id.split(":")[0];
        const name = names.data?.get(one.id) ?? one.id;
        const own = OF_CALLERS.filter((field) => one.set[field] != null);
        return html`<tr key=${one.id}>
          <th scope="row"><a href=${`/admin/limits/${encodeURIComponent(one.id)}`}><${Icon} name=${kind === "store" ? "Folder" : ICONS[/** @type {"user" | "key"} */ (kind)] ?? "User"} /> ${name}</a></th>
          <td>${kind === "store" ? "" : html`<${UsageBar} label=${`${sayField("tokens_used")}: ${name}`} used=${one.used.tokens_this_month} limit=${one.tokens_per_month} />`}</td>
          <td class="wide number">${kind === "store" ? "" : count(one.used.requests_this_month)}</td>
          <td class="wide small">${own.map((field) => html`<div>${sayField(field)}: ${told(field, one.set[field])}</div>`)}</td>
        </tr>`;
      })}</tbody>
    </table>` : null}
    <${Pager} pages=${pages} />
    ${isChoosing && html`<${ChooseSubject} close=${() => chooseOne(false)} />`}
  </div>`;
}
