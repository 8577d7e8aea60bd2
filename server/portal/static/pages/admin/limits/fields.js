// The kinds of limits: what they are called, and in which unit people give them.
import { count, size, words } from "../../../core/language.js";

export const say = words(
  {
    requests_per_minute: "Questions a minute", tokens_per_minute: "Tokens a minute", streams: "Answers at once", tokens_per_month: "Tokens a month", upload_bytes: "Largest upload", store_bytes: "Size of a store",
    megabytes: "MB", none: "no limit", "tokens_used": "Tokens this month", "requests_used": "Questions this month",
  },
  {
    requests_per_minute: "每分钟提问数", tokens_per_minute: "每分钟词元数", streams: "同时回答数", tokens_per_month: "每月词元数", upload_bytes: "单个上传上限", store_bytes: "文档库大小",
    megabytes: "MB", none: "不限", "tokens_used": "本月词元数", "requests_used": "本月提问数",
  },
);

/** @typedef {"requests_per_minute" | "tokens_per_minute" | "streams" | "tokens_per_month" | "upload_bytes" | "store_bytes"} Name */
/** @typedef {Record<Name, number | null>} Allowance */
/** @typedef {Allowance & {id: string, set: Allowance, used: {requests_this_month: number, tokens_this_month: number, streams: number}}} Limits */

/** What limits a caller; a store only has a size. @type {Name[]} */
export const OF_CALLERS = ["requests_per_minute", "tokens_per_minute", "streams", "tokens_per_month", "upload_bytes", "store_bytes"];
/** @type {Name[]} */
export const OF_STORES = ["store_bytes"];

export const MEGABYTE = 1_000_000;

/** @param {Name} name */
export const isSize = (name) => name.endsWith("_bytes");

/** A limit in words. @param {Name} name @param {number | null} value */
export function told(name, value) {
  if (value == null) return say("none");
  return isSize(name) ? size(value) : count(value);
}
