import { words } from "../../../core/language.js";
import { html } from "../../../libraries/preact.js";

const say = words({ done: "done" }, { done: "完成" });

/** How it ended: a good status, or the code of the error. @param {{outcome: {status: number | null, code: string | null}}} props */
export function Outcome({ outcome }) {
  const { status, code } = outcome;
  if (code || (status ?? 0) >= 400) return html`<span class="badge ${(status ?? 500) >= 500 ? "bad" : "warn"}">${[status, code].filter(Boolean).join(" ")}</span>`;
  return html`<span class="badge good">${status ?? say("done")}</span>`;
}
