import { Icon } from "../../../components/icon.js";
import { Trouble } from "../../../components/trouble.js";
import { UsageBar } from "../../../components/usage_bar.js";
import { Waiting } from "../../../components/waiting.js";
import { call } from "../../../core/api.js";
import { count, words } from "../../../core/language.js";
import { useLoaded } from "../../../core/loading.js";
import { html } from "../../../libraries/preact.js";
import { say as sayField } from "./fields.js";
import { LimitsForm } from "./limits_form.js";
import { namesOf } from "./subjects.js";

const say = words({ all: "All limits" }, { all: "全部配额" });

/** What one user, key or store may use. @param {{subject: string}} props */
export function LimitsPage({ subject }) {
  const limits = useLoaded((signal) => call("GET", `/v1/limits/${encodeURIComponent(subject)}`, undefined, signal), [subject]);
  const names = useLoaded((signal) => namesOf([subject], signal), [subject]);
  const one = /** @type {import("./fields.js").Limits | undefined} */ (limits.data);
  const isStore = subject.startsWith("store:");
  return html`<div class="stack wide-gaps">
    <a class="back" href="/admin/limits"><${Icon} name="ArrowLeft" />${say("all")}</a>
    <h2>${names.data?.get(subject) ?? subject}</h2>
    ${limits.error ? html`<${Trouble} error=${limits.error} retry=${limits.reload} />` : !one && html`<${Waiting} />`}
    ${one && !isStore && html`<dl class="facts">
      <dt>${sayField("tokens_used")}</dt><dd><${UsageBar} label=${sayField("tokens_used")} used=${one.used.tokens_this_month} limit=${one.tokens_per_month} /></dd>
      <dt>${sayField("requests_used")}</dt><dd>${count(one.used.requests_this_month)}</dd>
    </dl>`}
    ${one && html`<${LimitsForm} limits=${one} isStore=${isStore} changed=${limits.reload} />`}
  </div>`;
}
