import { moment, words } from "../../core/language.js";
import { html } from "../../libraries/preact.js";

const say = words(
  { revoked: "Revoked", expired: "Expired", good: "Good", until: "until {when}", overlap: "the former secret too, until {when}" },
  { revoked: "已撤销", expired: "已过期", good: "有效", until: "至 {when}", overlap: "旧密钥同时有效至 {when}" },
);

/** Whether a key works, and how long. @param {{apiKey: import("./key_list.js").ApiKey}} props */
export function KeyState({ apiKey }) {
  const now = Date.now() / 1000;
  if (apiKey.revoked_at) return html`<span class="badge bad">${say("revoked")}</span>`;
  if (apiKey.expires_at && apiKey.expires_at <= now) return html`<span class="badge warn">${say("expired")}</span>`;
  return html`<span class="badge good">${say("good")}</span>
    ${apiKey.expires_at && html`<div class="soft small">${say("until", { when: moment(apiKey.expires_at) })}</div>`}
    ${apiKey.overlap_until && apiKey.overlap_until > now ? html`<div class="soft small">${say("overlap", { when: moment(apiKey.overlap_until) })}</div>` : null}`;
}
