import { words } from "../../core/language.js";
import { html } from "../../libraries/preact.js";

const say = words(
  { scopes: "Only for: {list}", stores: "Stores: {list}", models: "Models: {list}", origins: "Web pages: {list}" },
  { scopes: "仅限：{list}", stores: "文档库：{list}", models: "模型：{list}", origins: "网页：{list}" },
);

/** What a key is limited to, if it is. @param {{apiKey: import("./key_list.js").ApiKey}} props */
export function KeyLimits({ apiKey }) {
  const limits = /** @type {const} */ (["scopes", "stores", "models", "origins"]).filter((name) => apiKey[name]);
  return limits.map((name) => html`<div class="soft small">${say(name, { list: (apiKey[name] ?? []).join(", ") || "–" })}</div>`);
}
