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

// What the browser keeps of somebody's work, by how its names begin: the next one at this machine must not find it.
const OF_WORK = ["lectern.ask.draft", "lectern.upload."];

/** Ends the session, also at the sign-in service, and forgets what the browser keeps of the work in it. */
export async function signOut() {
  const elsewhere = await call("POST", "/portal/sign_out");
  for (const kept of [sessionStorage, localStorage]) {
    for (const name of Object.keys(kept)) if (OF_WORK.some((one) => name.startsWith(one))) kept.removeItem(name);
  }
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
