import { ago, words } from "../../core/language.js";
import { useLoaded } from "../../core/loading.js";
import { usePages } from "../../core/paging.js";
import { say as sayRole } from "../../core/roles.js";
import { html, useState } from "../../libraries/preact.js";
import { Button } from "../button.js";
import { Empty } from "../empty.js";
import { Pager } from "../pager.js";
import { named } from "../principal_picker.js";
import { SearchField } from "../search_field.js";
import { Trouble } from "../trouble.js";
import { Waiting } from "../waiting.js";
import { KeyActions } from "./key_actions.js";
import { KeyLimits } from "./key_limits.js";
import { KeyState } from "./key_state.js";
import { NewKey } from "./new_key.js";

const say = words(
  { find: "Name of a key", all: "Also those that have ended", add: "Make a key", name: "Name", of: "Belongs to", nobody: "nobody", used: "Last used", never: "never", state: "State", none: "There are no keys here", actions: "Actions" },
  { find: "密钥名称", all: "包括已失效的", add: "创建密钥", name: "名称", of: "所属", nobody: "无所属", used: "上次使用", never: "从未", state: "状态", none: "没有密钥", actions: "操作" },
);

/** @typedef {{id: string, name: string, role: import("../../core/session.js").Role, prefix: string, user_id: string | null, scopes: string[] | null, stores: string[] | null,
 *   models: string[] | null, origins: string[] | null, created_at: number, expires_at: number | null, revoked_at: number | null, last_used_at: number | null, overlap_until: number | null}} ApiKey */

/**
 * API keys: all that the caller may see, or those of one user. `mayMake`: whether new ones may be made here.
 * @param {{owner?: {id: string, name: string}, mayMake?: boolean}} props
 */
export function KeyList({ owner, mayMake = true }) {
  const [sought, seek] = useState("");
  const [everything, showEverything] = useState(false);
  const [isAdding, add] = useState(false);
  const pages = usePages("/v1/api_keys", { q: sought, user_id: owner?.id, good: everything ? "" : true, order: "desc" });
  const ids = owner ? [] : (pages.rows ?? []).filter((key) => key.user_id).map((key) => `user:${key.user_id}`);
  const owners = useLoaded((signal) => named(ids, signal), [ids.join()]);
  const shown = pages.rows;
  return html`<div class="stack">
    <div class="tools">
      ${!owner && html`<${SearchField} label=${say("find")} seek=${seek} />`}
      <label class="check"><input type="checkbox" checked=${everything} onChange=${() => showEverything(!everything)} />${say("all")}</label>
      ${mayMake && html`<${Button} label=${say("add")} icon="Plus" kind=${owner ? "" : "primary"} act=${() => add(true)} />`}
    </div>
    ${pages.error && html`<${Trouble} error=${pages.error} retry=${pages.reload} />`}
    ${!shown && !pages.error && html`<${Waiting} />`}
    ${shown?.length === 0 && html`<${Empty} icon="KeyRound" title=${say("none")} />`}
    ${shown?.length ? html`<table class="listing">
      <thead><tr><th scope="col">${say("name")}</th><th scope="col" class="wide">${sayRole("role")}</th>${!owner && html`<th scope="col" class="wide">${say("of")}</th>`}<th scope="col" class="wide">${say("used")}</th><th scope="col">${say("state")}</th><th scope="col"><span class="offscreen">${say("actions")}</span></th></tr></thead>
      <tbody>${shown.map((/** @type {ApiKey} */ key) => html`<tr key=${key.id}>
        <th scope="row"><span>${key.name}</span> <code class="soft">${key.prefix}…</code><${KeyLimits} apiKey=${key} /></th>
        <td class="wide">${sayRole(key.role)}</td>
        ${!owner && html`<td class="wide">${key.user_id ? html`<a href=${`/admin/users/${key.user_id}`}>${owners.data?.get(`user:${key.user_id}`)?.name ?? key.user_id}</a>` : say("nobody")}</td>`}
        <td class="wide">${key.last_used_at ? ago(key.last_used_at) : say("never")}</td>
        <td><${KeyState} apiKey=${key} /></td>
        <td class="act"><${KeyActions} apiKey=${key} changed=${pages.reload} /></td>
      </tr>`)}</tbody>
    </table>` : null}
    <${Pager} pages=${pages} />
    ${isAdding && html`<${NewKey} owner=${owner} close=${() => { add(false); pages.reload(); }} />`}
  </div>`;
}
