// What charts, their lines and components are called.
import { words } from "../../../../core/language.js";

export const sayChart = words(
  {
    requests: "Requests per second", latency: "Time to answer, 95th percentile", failed: "Requests that failed", first: "Time to the first token",
    stages: "Stages of an answer, mean", tokens: "Tokens per second", answers: "Answers under way", files: "Files read per second", jobs: "Jobs",
    cpu: "Processor cores in use", memory: "Memory in use", disk: "Free disk space",
  },
  {
    requests: "每秒请求数", latency: "响应时间（第 95 百分位）", failed: "失败请求占比", first: "首个词元的等待时间",
    stages: "回答各阶段的平均用时", tokens: "每秒词元数", answers: "正在生成的回答", files: "每秒读取的文件", jobs: "任务",
    cpu: "占用的处理器核心", memory: "占用的内存", disk: "磁盘剩余空间",
  },
);

export const sayLine = words(
  {
    answers: "answers", search: "search", documents: "documents", portal: "portal", other: "other", "first_token.p50": "median", "first_token.p95": "95th percentile",
    rewrite: "rewrite", embed: "embed", rerank: "rerank", prompt: "prompt", first_token: "first token", "jobs.queued": "waiting", "jobs.running": "running",
  },
  {
    answers: "回答", search: "搜索", documents: "文档", portal: "页面", other: "其他", "first_token.p50": "中位数", "first_token.p95": "第 95 百分位",
    rewrite: "改写", embed: "向量化", rerank: "重排", prompt: "组装提示", first_token: "首个词元", "jobs.queued": "等待", "jobs.running": "进行中",
  },
);

export const sayComponent = words(
  { database: "Database", index: "Search index", engine: "Engine", embedder: "Embedder", reranker: "Reranker", worker: "File readers", disk: "Disk" },
  { database: "数据库", index: "搜索索引", engine: "回答引擎", embedder: "向量模型", reranker: "重排模型", worker: "文件读取", disk: "磁盘" },
);

export const sayState = words(
  { ok: "OK", starting: "Starting", impaired: "Impaired", down: "Down", off: "Off" },
  { ok: "正常", starting: "启动中", impaired: "受影响", down: "不可用", off: "未启用" },
);
