// The portal's language, and everything that is written differently in each.
import { effect, signal } from "../libraries/preact.js";

/** @typedef {"en" | "zh"} Language */

const KEPT = "lectern.language";

/** @returns {Language} */
function first() {
  const kept = localStorage.getItem(KEPT);
  if (kept === "en" || kept === "zh") return kept;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

/** The language that is shown. */
export const language = signal(first());

/** @param {Language} chosen */
export function speakIn(chosen) {
  localStorage.setItem(KEPT, chosen);
  language.value = chosen;
}

effect(() => {
  document.documentElement.lang = language.value === "zh" ? "zh-CN" : "en";
});

/**
 * The words of a part of the portal: a function that says one of them in the language shown, with {names} in it
 * replaced by `facts`. Both languages must have the same words, which the type check sees to.
 * @template {string} Key
 * @param {Record<Key, string>} en @param {Record<NoInfer<Key>, string>} zh
 * @returns {(word: Key, facts?: Record<string, string | number>) => string}
 */
export function words(en, zh) {
  return (word, facts = {}) => {
    const said = (language.value === "zh" ? zh : en)[word];
    return said.replace(/\{(\w+)\}/g, (whole, name) => (name in facts ? String(facts[name]) : whole));
  };
}

const locale = () => (language.value === "zh" ? "zh-CN" : "en-GB");

/** A number with its thousands apart. @param {number} number @param {number} [digits] most after the point */
export function count(number, digits = 0) {
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: digits }).format(number);
}

/** A share of 0 to 1 in per cent. @param {number} share */
export function percent(share) {
  return new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: 0 }).format(share);
}

/** Bytes, for people. @param {number} bytes */
export function size(bytes) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const format = { style: "unit", unit: units[power], unitDisplay: "short", maximumFractionDigits: power ? 1 : 0 };
  return new Intl.NumberFormat(locale(), /** @type {Intl.NumberFormatOptions} */ (format)).format(bytes / 1000 ** power);
}

/** A moment, given in seconds since 1970: date and time. @param {number} seconds */
export function moment(seconds) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "short" }).format(seconds * 1000);
}

/** How long ago a moment was, given in seconds since 1970. @param {number} seconds */
export function ago(seconds) {
  const passed = seconds - Date.now() / 1000;
  const format = new Intl.RelativeTimeFormat(locale(), { numeric: "auto" });
  /** @type {[Intl.RelativeTimeFormatUnit, number][]} */
  const units = [["day", 86_400], ["hour", 3_600], ["minute", 60]];
  for (const [unit, length] of units) {
    if (Math.abs(passed) >= length) return format.format(Math.trunc(passed / length), unit);
  }
  return language.value === "zh" ? "刚刚" : "just now";
}

/** How long something takes or took. @param {number} seconds */
export function duration(seconds) {
  const zh = language.value === "zh";
  if (seconds < 1) return `${count(seconds * 1000)} ${zh ? "毫秒" : "ms"}`;
  if (seconds < 90) return `${count(seconds, seconds < 10 ? 1 : 0)} ${zh ? "秒" : "s"}`;
  if (seconds < 5_400) return `${count(seconds / 60)} ${zh ? "分钟" : "min"}`;
  return `${count(seconds / 3_600, 1)} ${zh ? "小时" : "h"}`;
}
