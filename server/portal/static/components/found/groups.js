import { addressOf } from "../../core/addresses.js";
import { ago, words } from "../../core/language.js";
import { html } from "../../libraries/preact.js";
import { Marked, MarkedWords, excerpt } from "./marked.js";
import { placesFound } from "./places.js";
import { settingsFound } from "./settings.js";

/** @typedef {"places" | "settings" | "documents" | "conversations" | "passages"} Kind */
/** @typedef {{key: string, href: string, icon: import("../icon.js").IconName, title: unknown, detail: unknown}} Item */
/** @typedef {{kind: Kind, title: string, items: Item[]}} Group */

const say = words(
  {
    places: "Pages", settings: "Settings", documents: "Documents", conversations: "Conversations", passages: "In the documents", page: "p.\u00a0{page}",
    in_progress: "being read", failed: "could not be read", cancelled: "cancelled", completed: "",
  },
  {
    places: "页面", settings: "设置", documents: "文档", conversations: "对话", passages: "文档内容", page: "第 {page} 页",
    in_progress: "正在读取", failed: "读取失败", cancelled: "已取消", completed: "",
  },
);
const MOST_CHARACTERS = 180;

/** What a kind of results is called. @param {Kind} kind */
export const named = (kind) => say(kind);

/** The icon of a file by its name. @param {string} filename @returns {import("../icon.js").IconName} */
function iconOf(filename) {
  if (/\.(xlsx?|csv|tsv|ods)$/i.test(filename)) return "FileSpreadsheet";
  return /\.(png|jpe?g|tiff?|gif|webp|bmp)$/i.test(filename) ? "FileImage" : "FileText";
}

/** @param {import("./use_found.js").Document} one @returns {Item} */
function document(one) {
  const status = say(/** @type {"completed"} */ (one.status));
  return {
    key: `${one.vector_store_id} ${one.file_id}`,
    href: addressOf({ vector_store_id: one.vector_store_id, file_id: one.file_id }),
    icon: iconOf(one.filename),
    title: html`<${Marked} text=${one.filename} place=${one.match} />`,
    detail: [one.store, status].filter(Boolean).join(" · "),
  };
}

/** @param {import("./use_found.js").Passage} one @param {string} sought @param {number} index @returns {Item} */
function passage(one, sought, index) {
  const text = one.content[0]?.text ?? "";
  const quote = one.match ? [...text].slice(...one.match).join("") : text;
  const where = one.sheet ? `${one.sheet} ${one.cells ?? ""}`.trim() : one.page ? say("page", { page: one.page }) : "";
  const heading = one.headings.at(-1) ?? "";
  return {
    key: `passage ${index}`,
    href: addressOf({ ...one, quote }),
    icon: iconOf(one.filename),
    title: html`${one.filename}<span class="soft">${[where, heading].filter(Boolean).map((part) => ` · ${part}`).join("")}</span>`,
    detail: html`<${MarkedWords} text=${excerpt(text, one.match, MOST_CHARACTERS)} sought=${sought} />`,
  };
}

/** @param {import("./use_found.js").Conversation} one @param {string} sought @returns {Item} */
function conversation(one, sought) {
  return { key: one.id, href: `/ask/${encodeURIComponent(one.id)}`, icon: "MessageSquare", title: html`<${MarkedWords} text=${one.title} sought=${sought} />`, detail: ago(one.updated_at) };
}

/** @param {import("./settings.js").SettingFound} one @param {string} sought @returns {Item} */
function setting(one, sought) {
  return {
    key: one.id,
    href: `/admin/settings/${one.id}`,
    icon: "Settings",
    title: html`<span class="mono"><${MarkedWords} text=${one.variable} sought=${sought} /></span>`,
    detail: html`<${MarkedWords} text=${one.told} sought=${sought} />`,
  };
}

/**
 * What was found, by kind, in a fixed order: what comes last stands last, so that nothing moves under the pointer.
 * @param {import("./use_found.js").Found} found @param {string} sought @returns {Group[]}
 */
export function groupsOf(found, sought) {
  if (!sought) return [];
  /** @type {Group[]} */
  const groups = [
    { kind: "places", title: say("places"), items: placesFound(sought) },
    { kind: "settings", title: say("settings"), items: settingsFound(sought).map((one) => setting(one, sought)) },
    { kind: "documents", title: say("documents"), items: found.documents.map(document) },
    { kind: "conversations", title: say("conversations"), items: found.conversations.map((one) => conversation(one, sought)) },
    { kind: "passages", title: say("passages"), items: found.passages.map((one, index) => passage(one, sought, index)) },
  ];
  return groups.filter((group) => group.items.length);
}
