// Which measures stand together in a chart. The words of charts and lines are in words.js.

/** @typedef {"answers" | "search" | "documents" | "portal" | "other"} RouteClass */
/** @typedef {"per_second" | "share" | "seconds" | "bytes" | "count" | "cores"} Unit */
/** @typedef {"requests" | "latency" | "failed" | "first" | "stages" | "tokens" | "answers" | "files" | "jobs" | "cpu" | "memory" | "disk"} ChartName */

/**
 * @typedef {object} ChartPlan
 * @property {ChartName} name
 * @property {Unit} unit
 * @property {[measure: string, of: string | null][]} lines
 */

/** @type {RouteClass[]} */
const ROUTES = ["answers", "search", "documents", "portal", "other"];
const STAGES = ["rewrite", "embed", "search", "rerank", "prompt", "first_token"];

/** @param {string} measure @returns {[string, string | null][]} */
const byRoute = (measure) => ROUTES.map((one) => [measure, one]);

/** @type {ChartPlan[]} */
export const CHARTS = [
  { name: "requests", unit: "per_second", lines: byRoute("requests.rate") },
  { name: "latency", unit: "seconds", lines: byRoute("requests.p95") },
  { name: "failed", unit: "share", lines: byRoute("requests.failed") },
  { name: "first", unit: "seconds", lines: [["first_token.p50", null], ["first_token.p95", null]] },
  { name: "stages", unit: "seconds", lines: STAGES.map((one) => ["stage.mean", one]) },
  { name: "tokens", unit: "per_second", lines: [["tokens.rate", null]] },
  { name: "answers", unit: "count", lines: [["answers.under_way", null]] },
  { name: "files", unit: "per_second", lines: [["files.rate", null]] },
  { name: "jobs", unit: "count", lines: [["jobs.queued", null], ["jobs.running", null]] },
  { name: "cpu", unit: "cores", lines: [["process.cpu", null]] },
  { name: "memory", unit: "bytes", lines: [["process.memory", null]] },
  { name: "disk", unit: "bytes", lines: [["disk.free", null]] },
];
