import { may, session } from "../../core/session.js";

/**
 * Whether who is signed in could not change a store, or read a document, any more under this access.
 * @param {"store" | "file"} kind @param {import("./access_dialog.js").Access} access @param {string[]} groups those one is in
 */
export function keepsOut(kind, access, groups) {
  const own = session.value?.owner ?? "";
  if (may("admin") || access.owner === own) return false;
  if (access.open && (kind === "file" || may("editor"))) return false;
  const mine = access.grants.filter((grant) => grant.principal === own || groups.includes(grant.principal));
  return !mine.some((grant) => kind === "file" || grant.role !== "reader");
}
