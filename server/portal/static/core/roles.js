// What roles are called, and what they mean, in plain words.
import { words } from "./language.js";

/** @typedef {import("./session.js").Role} Role */

export const say = words(
  {
    reader: "Reader", editor: "Editor", admin: "Administrator", auditor: "Auditor", role: "Role",
    "reader-means": "Asks questions and reads the documents shared with them.",
    "editor-means": "Also uploads documents and makes document stores.",
    "admin-means": "Does everything: people, keys, limits, every document.",
    "auditor-means": "Reads the record of who did what, and no document.",
    "reader-here": "May read and ask", "editor-here": "May also edit and share", "admin-here": "May do everything here",
  },
  {
    reader: "读者", editor: "编辑", admin: "管理员", auditor: "审计员", role: "角色",
    "reader-means": "可以提问，并阅读共享给自己的文档。",
    "editor-means": "还可以上传文档、创建文档库。",
    "admin-means": "可以执行所有操作：人员、密钥、配额以及全部文档。",
    "auditor-means": "可以查看操作记录，但不能查看任何文档。",
    "reader-here": "可以阅读和提问", "editor-here": "还可以编辑和共享", "admin-here": "可以执行所有操作",
  },
);

/** @type {Role[]} */
export const ROLES = ["reader", "editor", "admin", "auditor"];
