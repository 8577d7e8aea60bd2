import { SearchField } from "../../components/search_field.js";
import { count, words } from "../../core/language.js";
import { html } from "../../libraries/preact.js";

const say = words(
  { seek: "Find by name", show: "Show", all: "All", completed: "Ready", in_progress: "Being read", failed: "Failed", partial: "Partly read", duplicate: "Duplicates", cancelled: "Cancelled" },
  { seek: "按名称查找", show: "显示", all: "全部", completed: "就绪", in_progress: "读取中", failed: "失败", partial: "部分读取", duplicate: "重复", cancelled: "已取消" },
);
const KINDS = /** @type {const} */ (["completed", "in_progress", "failed", "partial", "duplicate", "cancelled"]);

/**
 * What narrows the list: the name, and how files stand, with how many there are.
 * @param {{view: import("./use_store_files.js").View, look: (view: Partial<import("./use_store_files.js").View>) => void, counts: Record<string, number> | undefined}} props
 */
export function FileTools({ view, look, counts }) {
  const total = counts && counts.completed + counts.in_progress + counts.failed + counts.cancelled;
  const shown = KINDS.filter((kind) => kind === view.filter || kind === "completed" || (counts?.[kind] ?? 0) > 0);
  /** @param {"" | typeof KINDS[number]} kind @param {string} label @param {number | undefined} number */
  const chip = (kind, label, number) => html`<button type="button" class="chip" aria-pressed=${view.filter === kind} onClick=${() => look({ filter: kind })}>
    ${label}${number !== undefined && html` <span class="number">${count(number)}</span>`}</button>`;
  return html`<div class="tools file-tools">
    <${SearchField} label=${say("seek")} seek=${(/** @type {string} */ q) => look({ q })} />
    <div class="chips" role="group" aria-label=${say("show")}>${chip("", say("all"), total)}${shown.map((kind) => chip(kind, say(kind), counts?.[kind]))}</div>
  </div>`;
}
