// What kinds and states of jobs are called.
import { words } from "../../../../core/language.js";

export const sayKind = words(
  { ingest: "Reading a file", rebuild: "New embedder for a store", sync: "Source looked through", response: "Answer in the background", batch: "Batch of requests", eval: "Evaluation" },
  { ingest: "读取文件", rebuild: "为知识库更换向量模型", sync: "同步数据源", response: "后台回答", batch: "批处理请求", eval: "评测" },
);

export const sayState = words(
  { queued: "waiting", running: "running", finished: "done", cancelled: "given up" },
  { queued: "等待中", running: "进行中", finished: "已完成", cancelled: "已放弃" },
);

export const sayUnit = words(
  { pages: "pages", chunks: "passages", files: "files", rows: "rows", blocks: "blocks", paragraphs: "paragraphs", parsing: "reading", embedding: "embedding", queued: "waiting" },
  { pages: "页", chunks: "段", files: "个文件", rows: "行", blocks: "块", paragraphs: "段落", parsing: "读取", embedding: "向量化", queued: "等待中" },
);
