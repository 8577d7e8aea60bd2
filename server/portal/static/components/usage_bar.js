import { count, percent, words } from "../core/language.js";
import { html } from "../libraries/preact.js";
import { Progress } from "./progress.js";

const say = words({ of: "{used} of {limit} ({share})", free: "{used}, not limited" }, { of: "{used} / {limit}（{share}）", free: "{used}，不限" });

/** How much of a limit is used. @param {{label: string, used: number, limit: number | null}} props */
export function UsageBar({ label, used, limit }) {
  if (limit == null) return html`<span class="small">${say("free", { used: count(used) })}</span>`;
  const share = limit ? Math.min(1, used / limit) : 1;
  return html`<div class="usage ${share >= 1 ? "full" : share >= 0.8 ? "nearly" : ""}"><${Progress} label=${label} done=${limit ? used : 1} total=${limit || 1} />
    <span class="small">${say("of", { used: count(used), limit: count(limit), share: percent(share) })}</span></div>`;
}
