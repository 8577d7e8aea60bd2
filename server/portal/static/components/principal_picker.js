import { call } from "../core/api.js";
import { words } from "../core/language.js";
import { html } from "../libraries/preact.js";
import { Suggest } from "./suggest.js";

const say = words(
  { none: "Nobody found", user: "Person", group: "Group", key: "API key", type: "Type a part of the name" },
  { none: "没有找到", user: "用户", group: "用户组", key: "API 密钥", type: "输入名称的一部分" },
);
/** @type {Record<Kind, import("./icon.js").IconName>} */
export const ICONS = { user: "User", group: "Users", key: "KeyRound" };
const MOST = 8;

/** @typedef {"user" | "group" | "key"} Kind */
/** @typedef {{id: string, kind: Kind, name: string, ended: boolean}} Principal */

/**
 * Finds people, groups and keys by a part of their names. `except`: ids that are chosen already.
 * @param {{label: string, choose: (principal: Principal) => void, kinds?: Kind[], except?: string[], help?: string}} props
 */
export function PrincipalPicker({ label, choose, kinds = ["user", "group", "key"], except = [], help }) {
  /** @param {string} text @param {AbortSignal} signal */
  async function find(text, signal) {
    const found = await call("GET", `/v1/principals?limit=${Math.min(100, MOST + except.length)}&${kinds.map((kind) => `kind=${kind}`).join("&")}&q=${encodeURIComponent(text)}`, undefined, signal);
    const open = found.data.filter((/** @type {Principal} */ one) => !except.includes(one.id));
    return open.slice(0, MOST).map((/** @type {Principal} */ one) => ({ ...one, icon: ICONS[one.kind], note: say(one.kind) }));
  }
  return html`<${Suggest} label=${label} none=${say("none")} placeholder=${say("type")} find=${find} help=${help}
    choose=${(/** @type {any} */ one) => choose({ id: one.id, kind: one.kind, name: one.name, ended: one.ended })} />`;
}

/**
 * The principals with these ids, by id; those that are gone are left out, and all where the caller may not look them up.
 * @param {string[]} ids @param {AbortSignal} [signal] @returns {Promise<Map<string, Principal>>}
 */
export async function named(ids, signal) {
  const wanted = [...new Set(ids)].filter((id) => /^(user|group|key):/.test(id));
  const found = new Map();
  for (let start = 0; start < wanted.length; start += 100) {
    const query = wanted.slice(start, start + 100).map((id) => `id=${encodeURIComponent(id)}`).join("&");
    for (const one of (await call("GET", `/v1/principals?${query}`, undefined, signal)).data) found.set(one.id, one);
  }
  return found;
}
