// What is found of components, in words: Lectern's codes (server/app/health.py), each with what to do.
import { language, size, words } from "../../../../core/language.js";

/**
 * @typedef {object} Component
 * @property {"database" | "index" | "engine" | "embedder" | "reranker" | "worker" | "disk"} id
 * @property {"ok" | "starting" | "impaired" | "down" | "off"} state
 * @property {string} code
 * @property {string} message
 * @property {string | null} advice
 * @property {Record<string, string | number>} facts
 * @property {number} since
 */

/** @type {Record<string, [found: string, advice?: string]>} */
const ZH = {
  database_ok: ["{kind} 正常响应。"],
  database_down: ["{kind} 没有响应（{error}）。没有它，一切都无法工作。", "请确认数据库服务正在运行，并检查 LECTERN_DATABASE_URL。`lectern doctor` 可检查数据是否损坏。"],
  index_ok: ["{kind} 正常响应。"],
  index_down: ["{kind} 没有响应（{detail}）。没有它，什么也搜索不到。", "请确认 Milvus 正在运行，并检查 LECTERN_INDEX_URI；若使用内置索引，请重启 Lectern。"],
  engine_ok: ["引擎（{kind}）正常响应。"],
  engine_extractive: ["未设置模型：回答由文档原文摘录组成。", "如需由模型回答，请设置 LECTERN_MODEL。"],
  engine_starting: ["正在加载模型。", "请稍候，可能需要几分钟。"],
  engine_restarting: ["引擎已退出，正在重新启动。", "“模型”页中的日志会说明退出原因。"],
  engine_down: ["引擎没有响应。", "“模型”页中的日志会说明原因。"],
  embedder_ok: ["{model} 已就绪。"],
  embedder_down: ["向量模型没有响应。文件会等待，提问只按词语检索。", "请确认其服务正在运行，并检查 LECTERN_EMBEDDER_URL。"],
  reranker_off: ["未设置：段落只按语义和词语排序。", "如需启用，请设置 LECTERN_RERANKER。"],
  reranker_ok: ["{model} 已就绪。"],
  reranker_impaired: ["{model} 上次调用失败（{detail}）。提问暂时不经重排。", "请确认其正在运行，并检查 LECTERN_RERANKER。"],
  worker_idle: ["没有待处理的任务。"],
  worker_busy: ["{running} 个任务进行中，{queued} 个等待。"],
  worker_stuck: ["{queued} 个任务在等待，但没有任何任务在执行。", "“任务”页会显示等待了多久及原因。若 LECTERN_WORKERS=0，请确认 `lectern worker` 正在运行。"],
  worker_elsewhere: ["此进程不读取文件（LECTERN_WORKERS=0）。"],
  worker_unknown: ["数据库没有响应，无法读取任务队列。"],
  disk_ok: ["剩余 {free}，共 {total}。"],
  disk_low: ["剩余 {free}，共 {total}。", "请在写满之前清理空间，或迁移 LECTERN_DATA。"],
  disk_full: ["剩余 {free}，共 {total}。写入即将失败。", "请清理空间，或迁移 LECTERN_DATA。"],
  disk_unreadable: ["无法读取数据文件夹（{error}）。", "请确认磁盘已挂载。"],
};

const sayDisk = words({ room: "{free} of {total} are free." }, { room: "剩余 {free}，共 {total}。" });

/** What was found of a component, and what to do about it. @param {Component} component @returns {{found: string, advice: string}} */
export function said({ id, code, message, advice, facts }) {
  const shown = id === "disk" && facts.free !== undefined ? { free: size(Number(facts.free)), total: size(Number(facts.total)) } : facts;
  const known = language.value === "zh" ? ZH[code] : undefined;
  if (!known) return { found: code === "disk_ok" ? sayDisk("room", shown) : message, advice: advice ?? "" };
  const fill = (/** @type {string} */ text) => text.replace(/\{(\w+)\}/g, (whole, name) => (name in shown ? String(shown[name]) : whole));
  return { found: fill(known[0]), advice: fill(known[1] ?? "") };
}
