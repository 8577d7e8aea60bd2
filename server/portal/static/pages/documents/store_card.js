import { Icon } from "../../components/icon.js";
import { ago, count, size, words } from "../../core/language.js";
import { html } from "../../libraries/preact.js";
import { StoreMenu } from "./store_menu.js";

const say = words(
  {
    documents: "{number} documents", one: "1 document", empty: "Empty", reading: "{number} being read", failed: "{number} failed", shared: "For everybody", chosen: "For chosen people",
    reader: "You may read", expired: "Expired", used: "Used {when}",
  },
  {
    documents: "{number} 个文档", one: "1 个文档", empty: "空", reading: "{number} 个正在读取", failed: "{number} 个失败", shared: "所有人可用", chosen: "仅限指定人员",
    reader: "您可以阅读", expired: "已过期", used: "使用于{when}",
  },
);

/** @param {number} total */
const documentsIn = (total) => (total === 0 ? say("empty") : total === 1 ? say("one") : say("documents", { number: count(total) }));

/** A store in short. @param {{store: import("./stores.js").Store, changed: () => void}} props */
export function StoreCard({ store, changed }) {
  const { file_counts: counts } = store;
  return html`<li class="card store-card">
    <header><h2><a href=${`/documents/${store.id}`}><bdi>${store.name}</bdi></a></h2><${StoreMenu} store=${store} changed=${changed} /></header>
    ${store.description && html`<p class="store-about"><bdi>${store.description}</bdi></p>`}
    <p class="soft small">${documentsIn(counts.total)}${store.usage_bytes > 0 && ` · ${size(store.usage_bytes)}`} · ${say("used", { when: ago(store.last_active_at) })}</p>
    <p class="badges">
      <span class="badge"><${Icon} name=${store.shared ? "Globe" : "Lock"} size=${14} />${say(store.shared ? "shared" : "chosen")}</span>
      ${store.role === "reader" && html`<span class="badge"><${Icon} name="Eye" size=${14} />${say("reader")}</span>`}
      ${store.status === "expired" && html`<span class="badge bad">${say("expired")}</span>`}
      ${counts.in_progress > 0 && html`<span class="badge accent"><${Icon} name="LoaderCircle" size=${14} class="turning" />${say("reading", { number: count(counts.in_progress) })}</span>`}
      ${counts.failed > 0 && html`<a class="badge bad" href=${`/documents/${store.id}?filter=failed`}>${say("failed", { number: count(counts.failed) })}</a>`}
    </p>
  </li>`;
}
