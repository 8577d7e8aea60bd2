import { words } from "../../core/language.js";
import { say as sayRole } from "../../core/roles.js";
import { html } from "../../libraries/preact.js";
import { Button } from "../button.js";
import { Icon } from "../icon.js";
import { ICONS } from "../principal_picker.js";

const say = words(
  { owner: "Owner", drop: "Take {name} out", role: "What {name} may do", ended: "Disabled or ended" },
  { owner: "所有者", drop: "移除 {name}", role: "{name} 的权限", ended: "已停用或失效" },
);

/** @typedef {import("./access_dialog.js").Grant["role"]} Role */

/**
 * Somebody who may use it. Without `role` there is only one thing to be allowed.
 * @param {{id: string, principal?: import("../principal_picker.js").Principal, isOwner?: boolean, role?: Role, choose?: (role: Role) => void, drop?: () => void}} props
 */
export function GrantRow({ id, principal, isOwner = false, role, choose, drop }) {
  const name = principal?.name ?? id;
  const kind = /** @type {import("../principal_picker.js").Kind} */ (id.split(":")[0]);
  return html`<li>
    <${Icon} name=${ICONS[kind] ?? "User"} /><span class="name">${name} ${principal?.ended && html`<span class="badge warn">${say("ended")}</span>`}</span>
    ${isOwner && html`<span class="badge">${say("owner")}</span>`}
    ${role && html`<select aria-label=${say("role", { name })} value=${role} onChange=${(/** @type {Event} */ event) => choose?.(/** @type {Role} */ (/** @type {HTMLSelectElement} */ (event.target).value))}>
      ${/** @type {const} */ (["reader", "editor"]).map((one) => html`<option value=${one} selected=${one === role}>${sayRole(`${one}-here`)}</option>`)}
      ${role === "admin" && html`<option value="admin" selected>${sayRole("admin-here")}</option>`}
    </select>`}
    ${drop && html`<${Button} label=${say("drop", { name })} icon="X" kind="plain" quiet act=${drop} />`}
  </li>`;
}
