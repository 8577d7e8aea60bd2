// Light, dark, or as the system has it.
import { effect, signal } from "../libraries/preact.js";

/** @typedef {"system" | "light" | "dark"} Theme */

const KEPT = "lectern.theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

/** @returns {Theme} */
function first() {
  const kept = localStorage.getItem(KEPT);
  return kept === "light" || kept === "dark" ? kept : "system";
}

/** What was chosen. */
export const theme = signal(first());

/** @param {Theme} chosen */
export function show(chosen) {
  if (chosen === "system") localStorage.removeItem(KEPT);
  else localStorage.setItem(KEPT, chosen);
  theme.value = chosen;
}

const systemIsDark = signal(dark.matches);
dark.addEventListener("change", () => {
  systemIsDark.value = dark.matches;
});

/** Whether the page is dark now; what draws by itself (a chart) draws anew when this changes. */
export const isDark = signal(false);
effect(() => {
  isDark.value = theme.value === "dark" || (theme.value === "system" && systemIsDark.value);
  document.documentElement.dataset.theme = isDark.value ? "dark" : "light";
});
