// Lectern's settings, to be found by administrators: asked for once, when somebody first wants to find something.
import { call } from "../../core/api.js";
import { may } from "../../core/session.js";
import { signal } from "../../libraries/preact.js";

/** @typedef {{id: string, variable: string, help: string}} Setting */
/** @typedef {Setting & {told: string}} SettingFound */

/** @type {import("@preact/signals").Signal<Setting[]>} */
const known = signal([]);
/** @type {(setting: any) => string} */
let helpOf = (setting) => setting.help;
let asked = false;

/** Has the settings come, for who may see them. */
export async function wantSettings() {
  if (asked || !may("admin")) return;
  asked = true;
  try {
    const [{ data }, help] = await Promise.all([call("GET", "/v1/settings"), import("../../pages/admin/sections/settings/help.js")]);
    helpOf = help.helpOf;
    known.value = data;
  } catch {
    asked = false; // Finding goes on without them; the next time they are asked for again.
  }
}

/** Settings that hold all words that are sought, in their names or in what they are for, in either language. @param {string} sought @returns {SettingFound[]} */
export function settingsFound(sought) {
  const wanted = sought.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
  /** @param {Setting} one */
  const text = (one) => `${one.variable} ${one.id.replaceAll("_", " ")} ${one.help} ${helpOf(one)}`.toLowerCase();
  /** @param {Setting} one */
  const byName = (one) => Number(wanted.every((word) => one.variable.toLowerCase().includes(word)));
  return known.value
    .filter((one) => wanted.every((word) => text(one).includes(word)))
    .sort((one, other) => byName(other) - byName(one))
    .map((one) => ({ ...one, told: helpOf(one) }));
}
