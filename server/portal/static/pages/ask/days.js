import { language, words } from "../../core/language.js";

const say = words({ today: "Today", yesterday: "Yesterday", week: "Last 7 days" }, { today: "今天", yesterday: "昨天", week: "最近 7 天" });
const DAY = 86_400_000;

/** What the day of a moment is called, from today's point of view. @param {number} seconds since 1970 */
function called(seconds) {
  const today = new Date().setHours(0, 0, 0, 0);
  const day = new Date(seconds * 1000).setHours(0, 0, 0, 0);
  const passed = Math.round((today - day) / DAY);
  if (passed <= 0) return say("today");
  if (passed === 1) return say("yesterday");
  if (passed < 7) return say("week");
  return new Intl.DateTimeFormat(language.value === "zh" ? "zh-CN" : "en-GB", { month: "long", year: "numeric" }).format(seconds * 1000);
}

/**
 * Rows under the names of their days, in the order they come.
 * @template {{updated_at: number}} Row
 * @param {Row[]} rows @returns {{day: string, rows: Row[]}[]}
 */
export function byDay(rows) {
  /** @type {{day: string, rows: Row[]}[]} */
  const days = [];
  for (const row of rows) {
    const day = called(row.updated_at);
    if (days.at(-1)?.day === day) days.at(-1)?.rows.push(row);
    else days.push({ day, rows: [row] });
  }
  return days;
}
