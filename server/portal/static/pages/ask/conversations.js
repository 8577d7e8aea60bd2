import { Button } from "../../components/button.js";
import { SearchField } from "../../components/search_field.js";
import { Trouble } from "../../components/trouble.js";
import { call } from "../../core/api.js";
import { words } from "../../core/language.js";
import { useLoaded } from "../../core/loading.js";
import { html, useState } from "../../libraries/preact.js";
import { ConversationRow } from "./conversation_row.js";
import { byDay } from "./days.js";

/** @typedef {{id: string, title: string | null, updated_at: number}} Conversation */

const say = words(
  { title: "Conversations", begin: "New conversation", hide: "Hide the conversations", seek: "Search titles", none: "Your conversations will be here.", unfound: "No title has these words.", more: "Show older ones" },
  { title: "对话", begin: "新对话", hide: "收起对话列表", seek: "搜索标题", none: "您的对话会显示在这里。", unfound: "没有匹配的标题。", more: "显示更早的对话" },
);
const MOST = 50;

/**
 * The caller's conversations, the last used first. `version`: another number loads them again. `fresh`: the
 * first question of the one shown, where it has just begun; its row is there before Lectern knows of it.
 * @param {{shown: string | undefined, fresh: string | undefined, version: number, choose: (id: string | undefined) => void, hide: () => void, gone: (id: string) => void}} props
 */
export function Conversations({ shown, fresh, version, choose, hide, gone }) {
  const [sought, seek] = useState("");
  const [most, allow] = useState(MOST);
  const loaded = useLoaded(async (signal) => {
    if (!sought) {
      const page = await call("GET", `/v1/conversations?limit=${most}`, undefined, signal);
      return { sought, rows: /** @type {Conversation[]} */ (page.data), more: page.has_more };
    }
    const found = await call("GET", `/v1/search?${new URLSearchParams({ q: sought, kinds: "conversations", limit: String(MOST) })}`, undefined, signal);
    return { sought, rows: /** @type {Conversation[]} */ (found.conversations), more: false };
  }, [sought, most, version]);
  const known = loaded.data?.rows ?? [];
  const isAwaited = Boolean(fresh) && !sought && !known.some((one) => one.id === shown);
  const rows = isAwaited ? [{ id: shown ?? "", title: fresh ?? null, updated_at: Date.now() / 1000 }, ...known] : known;
  /** @param {string} id */
  function deleted(id) {
    loaded.reload();
    gone(id);
  }
  return html`<nav class="conversations" aria-label=${say("title")}>
    <div class="conversations-head">
      <h2>${say("title")}</h2>
      <${Button} label=${say("hide")} icon="X" kind="plain" quiet act=${hide} />
    </div>
    <div class="conversations-tools">
      <${Button} label=${say("begin")} icon="Plus" act=${() => choose(undefined)} />
      <${SearchField} label=${say("seek")} seek=${seek} />
    </div>
    <div class="conversations-list">
      ${loaded.error && !loaded.data && html`<${Trouble} error=${loaded.error} retry=${loaded.reload} />`}
      ${loaded.data && !rows.length && html`<p class="soft small" role="status">${loaded.data.sought ? say("unfound") : say("none")}</p>`}
      ${byDay(rows).map(({ day, rows: some }) => html`<section key=${day}>
        <h3>${day}</h3>
        <ul>${some.map((one) => html`<${ConversationRow} key=${one.id} conversation=${one.id === shown && !one.title ? { ...one, title: fresh ?? null } : one} shown=${one.id === (shown ?? "")} choose=${() => choose(one.id)} changed=${loaded.reload} deleted=${() => deleted(one.id)} />`)}</ul>
      </section>`)}
      ${loaded.data?.more && most < 100 && html`<${Button} label=${say("more")} kind="plain" act=${() => allow(100)} />`}
    </div>
  </nav>`;
}
