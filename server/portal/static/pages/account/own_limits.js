import { Trouble } from "../../components/trouble.js";
import { UsageBar } from "../../components/usage_bar.js";
import { Waiting } from "../../components/waiting.js";
import { call } from "../../core/api.js";
import { count } from "../../core/language.js";
import { useLoaded } from "../../core/loading.js";
import { html } from "../../libraries/preact.js";
import { OF_CALLERS, say as sayField, told } from "../admin/limits/fields.js";

/** What one may use, and what one used this month. */
export function OwnLimits() {
  const loaded = useLoaded((signal) => call("GET", "/v1/limits/me", undefined, signal), []);
  const limits = /** @type {import("../admin/limits/fields.js").Limits | undefined} */ (loaded.data);
  if (loaded.error) return html`<${Trouble} error=${loaded.error} retry=${loaded.reload} />`;
  if (!limits) return html`<${Waiting} />`;
  return html`<dl class="facts">
    <dt>${sayField("tokens_used")}</dt><dd><${UsageBar} label=${sayField("tokens_used")} used=${limits.used.tokens_this_month} limit=${limits.tokens_per_month} /></dd>
    <dt>${sayField("requests_used")}</dt><dd>${count(limits.used.requests_this_month)}</dd>
    ${OF_CALLERS.filter((name) => name !== "tokens_per_month" && name !== "store_bytes").map((name) => html`<dt>${sayField(name)}</dt><dd>${told(name, limits[name])}</dd>`)}
  </dl>`;
}
