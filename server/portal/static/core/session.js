// Who is signed in, and what they may do.
import { signal } from "../libraries/preact.js";
import { call, onSignedOut } from "./api.js";

/** @typedef {"reader" | "auditor" | "editor" | "admin"} Role */
/**
 * @typedef {object} Session
 * @property {string | null} name null: nobody is signed in
 * @property {Role | null} role
 * @property {string | null} owner the principal, as rights name it: user:ID or key:ID
 * @property {boolean} has_password
 * @property {string | null} issuer the sign-in service's name, where there is one
 * @property {boolean} first_run nobody has made this installation theirs yet
 */

/** The session; null until it is known. @type {import("@preact/signals").Signal<Session | null>} */
export const session = signal(null);

/** Asks Lectern who is signed in. */
export async function recognise() {
  session.value = await call("GET", "/portal/session");
}

onSignedOut(() => {
  if (session.value?.role) recognise();
});

/** Ends the session, also at the sign-in service. */
export async function signOut() {
  const elsewhere = await call("POST", "/portal/sign_out");
  if (elsewhere) location.assign(elsewhere.url);
  else await recognise();
}

const RANKS = { reader: 0, auditor: 0, editor: 1, admin: 2 };

/** Whether who is signed in has at least this role in the installation. @param {"reader" | "editor" | "admin"} role */
export function may(role) {
  const own = session.value?.role;
  return own != null && RANKS[own] >= RANKS[role];
}

/** Whether the record of who did what is open to who is signed in. */
export function audits() {
  return session.value?.role === "auditor" || session.value?.role === "admin";
}
