import { call } from "../../core/api.js";
import { words } from "../../core/language.js";
import { html } from "../../libraries/preact.js";
import { Chosen } from "../chosen.js";
import { Field } from "../field.js";
import { Suggest } from "../suggest.js";

const say = words(
  {
    narrow: "Limit what it may do", scopes: "Only for", stores: "Only these document stores", models: "Only these models", none: "Nothing found", origins: "Only for these web pages",
    "origins-help": "One address in each line, such as https://intranet.example. Such a key is a reader's, for asking and searching in named stores: whoever opens the page can read it.",
    chat: "Asking", search: "Searching", "files.read": "Reading files", "files.write": "Uploading and changing files", "stores.write": "Stores and sharing", evals: "Evaluations", batches: "Batches", audit: "Audit record", admin: "Administration",
  },
  {
    narrow: "限制用途", scopes: "仅限于", stores: "仅限这些文档库", models: "仅限这些模型", none: "没有找到", origins: "仅限这些网页",
    "origins-help": "每行一个地址，例如 https://intranet.example。此类密钥只能是读者角色，并限于在指定文档库中提问和搜索，因为打开网页的人都能看到它。",
    chat: "提问", search: "搜索", "files.read": "读取文件", "files.write": "上传和更改文件", "stores.write": "文档库与共享", evals: "评测", batches: "批处理", audit: "审计记录", admin: "管理",
  },
);
const SCOPES = /** @type {const} */ (["chat", "search", "files.read", "files.write", "stores.write", "evals", "batches", "audit", "admin"]);

/** @typedef {import("../suggest.js").Option} Option */
/** @typedef {{scopes: string[], stores: Option[], models: Option[], origins: string}} Limits */

/** Not limited at all. @type {Limits} */
export const WIDE = { scopes: [], stores: [], models: [], origins: "" };

/** The limits as the API takes them; what is not limited is null. @param {Limits} limits */
export function narrowed(limits) {
  const origins = limits.origins.split(/\s+/).filter(Boolean);
  /** @template T @param {T[]} list */
  const orNull = (list) => (list.length ? list : null);
  return { scopes: orNull(limits.scopes), stores: orNull(limits.stores.map(({ id }) => id)), models: orNull(limits.models.map(({ id }) => id)), origins: orNull(origins) };
}

/** @param {"stores" | "models"} kind @param {string} text @param {AbortSignal} signal @returns {Promise<Option[]>} */
async function find(kind, text, signal) {
  const wanted = text.toLowerCase();
  const found = kind === "models" ? await call("GET", "/v1/models", undefined, signal) : await call("GET", "/v1/vector_stores?limit=100", undefined, signal);
  return found.data
    .filter((/** @type {{id: string, name?: string}} */ one) => (one.name ?? one.id).toLowerCase().includes(wanted))
    .slice(0, 8)
    .map((/** @type {{id: string, name?: string}} */ one) => ({ id: one.id, name: one.name ?? one.id, icon: kind === "models" ? "Cpu" : "Folder" }));
}

/** What a new key shall be limited to. @param {{limits: Limits, limit: (limits: Limits) => void}} props */
export function NarrowKey({ limits, limit }) {
  /** @param {string} scope */
  const turn = (scope) => limit({ ...limits, scopes: limits.scopes.includes(scope) ? limits.scopes.filter((one) => one !== scope) : [...limits.scopes, scope] });
  return html`<details class="more"><summary>${say("narrow")}</summary>
    <div class="stack">
      <fieldset class="choices columns"><legend>${say("scopes")}</legend>
        ${SCOPES.map((scope) => html`<label><input type="checkbox" checked=${limits.scopes.includes(scope)} onChange=${() => turn(scope)} />${say(scope)}</label>`)}
      </fieldset>
      ${/** @type {const} */ (["stores", "models"]).map((kind) => html`<div class="stack">
        <${Suggest} label=${say(kind)} none=${say("none")} find=${(/** @type {string} */ text, /** @type {AbortSignal} */ signal) => find(kind, text, signal)}
          choose=${(/** @type {Option} */ one) => limit({ ...limits, [kind]: [...limits[kind].filter(({ id }) => id !== one.id), one] })} />
        <${Chosen} label=${say(kind)} options=${limits[kind]} drop=${(/** @type {string} */ id) => limit({ ...limits, [kind]: limits[kind].filter((one) => one.id !== id) })} />
      </div>`)}
      <${Field} as="textarea" rows="2" label=${say("origins")} help=${say("origins-help")} value=${limits.origins} onInput=${(/** @type {Event} */ event) => limit({ ...limits, origins: /** @type {HTMLTextAreaElement} */ (event.target).value })} />
    </div>
  </details>`;
}
