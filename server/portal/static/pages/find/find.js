import { Button } from "../../components/button.js";
import { Empty } from "../../components/empty.js";
import { groupsOf, named } from "../../components/found/groups.js";
import { wantSettings } from "../../components/found/settings.js";
import { useFound } from "../../components/found/use_found.js";
import { Icon } from "../../components/icon.js";
import { Trouble } from "../../components/trouble.js";
import { words } from "../../core/language.js";
import { useSettled, useTitle } from "../../core/loading.js";
import { html, useEffect, useLocation, useRef, useState } from "../../libraries/preact.js";

const say = words(
  {
    title: "Find", field: "Find anything", begin: "Find documents, what stands in them, conversations and settings", example: "Type a part of a name, or what you want to know.",
    nothing: "Nothing found for “{sought}”", other: "Try other words. Only what you may read is found.", ask: "Ask it as a question", looking: "Looking …",
    all: "Show all", fewer: "Back to everything", found: "{count} found", late: "{kind}: this took too long. Type more, or try again.", failed: "{kind}: {reason}",
  },
  {
    title: "查找", field: "查找", begin: "查找文档、文档内容、对话和设置", example: "输入名称的一部分，或想了解的内容。",
    nothing: "没有找到“{sought}”", other: "请换一种说法。只能找到您有权阅读的内容。", ask: "把它作为问题提出", looking: "正在查找……",
    all: "显示全部", fewer: "返回全部类别", found: "找到 {count} 项", late: "{kind}：耗时过长。请输入更多内容，或重试。", failed: "{kind}：{reason}",
  },
);
const MOST = 6;
const MOST_OF_A_KIND = 50;
const REST = 400;
// Kinds of which more may be asked for.
const SERVED = new Set(["documents", "conversations", "passages"]);

/** @typedef {import("../../components/found/groups.js").Kind} Kind */

/** Everything that is found for some words, by kind; `kind` shows all of one kind. */
export default function Find() {
  const { query, route } = useLocation();
  const [typed, type] = useState(query.q ?? "");
  const [again, tryAgain] = useState(0);
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const sought = typed.trim();
  const kind = /** @type {Kind | undefined} */ (query.kind);
  const found = useFound(sought, kind ? MOST_OF_A_KIND : MOST, again);
  const groups = groupsOf(found, sought).filter((group) => !kind || group.kind === kind);
  const settled = useSettled(sought, REST);
  useTitle(sought || say("title"));

  useEffect(() => {
    input.current?.focus();
    wantSettings();
    /** @param {KeyboardEvent} event */
    const shortcut = (event) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      input.current?.select();
      input.current?.focus();
    };
    document.addEventListener("keydown", shortcut);
    return () => document.removeEventListener("keydown", shortcut);
  }, []);
  useEffect(() => {
    // The address follows what is typed, so that it can be shared and come back to.
    if (settled === sought && settled !== (query.q ?? "")) route(address(settled, kind), true);
  }, [settled]);
  useEffect(() => {
    // And what is typed follows the address, when one goes back.
    if (query.q !== undefined && query.q.trim() !== sought && settled === sought) type(query.q);
  }, [query.q]);

  const total = groups.reduce((sum, group) => sum + group.items.length, 0);
  const isSettled = found.came && !found.looking;
  return html`<div class="page find">
    <h1 class="offscreen">${say("title")}</h1>
    <form role="search" class="find-field" onSubmit=${(/** @type {Event} */ event) => event.preventDefault()}>
      <${Icon} name="Search" />
      <input ref=${input} type="search" aria-label=${say("field")} placeholder=${say("field")} autocomplete="off" spellcheck=${false} value=${typed}
        onInput=${(/** @type {InputEvent} */ event) => type(/** @type {HTMLInputElement} */ (event.target).value)} />
    </form>
    <p class="soft small find-state" role="status">${!sought ? "" : isSettled ? say("found", { count: total }) : say("looking")}</p>
    ${kind && html`<p><a href=${address(sought)}>${say("fewer")}</a></p>`}
    ${found.error && html`<${Trouble} error=${found.error} retry=${() => tryAgain(again + 1)} />`}
    ${Object.entries(found.missing).map(([one, reason]) => html`<p class="small soft" key=${one}>${say(reason === "late" ? "late" : "failed", { kind: named(/** @type {Kind} */ (one)), reason })}</p>`)}
    ${groups.map(
      (group) => html`<section class="find-group" key=${group.kind} aria-labelledby=${`find-${group.kind}`}>
        <header class="row apart">
          <h2 id=${`find-${group.kind}`}>${group.title}</h2>
          ${!kind && SERVED.has(group.kind) && group.items.length >= MOST && html`<a href=${address(sought, group.kind)} aria-label=${`${say("all")}: ${group.title}`}>${say("all")}</a>`}
        </header>
        <ul class="found-list">
          ${group.items.map((item) => html`<li key=${item.key}><a class="found-item" href=${item.href}><${Icon} name=${item.icon} /><span class="found-words"><span class="found-title">${item.title}</span><span class="found-detail">${item.detail}</span></span></a></li>`)}
        </ul>
      </section>`,
    )}
    ${!sought && html`<${Empty} icon="Search" title=${say("begin")}><p>${say("example")}</p></${Empty}>`}
    ${sought && isSettled && !found.error && !groups.length && html`<${Empty} icon="Search" title=${say("nothing", { sought })}>
      <p>${say("other")}</p><${Button} label=${say("ask")} icon="MessagesSquare" act=${() => route(`/ask?q=${encodeURIComponent(sought)}`)} />
    </${Empty}>`}
  </div>`;
}

/** @param {string} sought @param {Kind} [kind] */
function address(sought, kind) {
  const facts = new URLSearchParams({ ...(sought ? { q: sought } : {}), ...(kind ? { kind } : {}) }).toString();
  return facts ? `/find?${facts}` : "/find";
}
