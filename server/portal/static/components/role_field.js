import { ROLES, say } from "../core/roles.js";
import { html } from "../libraries/preact.js";
import { Field } from "./field.js";

/** @typedef {import("../core/session.js").Role} Role */

/**
 * Which role in the installation, with what it means.
 * @param {{role: Role, choose: (role: Role) => void, roles?: Role[], disabled?: boolean}} props
 */
export function RoleField({ role, choose, roles = ROLES, disabled = false }) {
  return html`<${Field} as="select" label=${say("role")} help=${say(`${role}-means`)} name="role" value=${role} disabled=${disabled}
    onChange=${(/** @type {Event} */ event) => choose(/** @type {Role} */ (/** @type {HTMLSelectElement} */ (event.target).value))}>
    ${roles.map((one) => html`<option value=${one} selected=${one === role}>${say(one)}</option>`)}
  </${Field}>`;
}
