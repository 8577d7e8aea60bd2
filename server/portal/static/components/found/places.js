import { words } from "../../core/language.js";
import { audits, may } from "../../core/session.js";

/** @typedef {{key: string, href: string, icon: import("../icon.js").IconName, title: string, detail: string}} PlaceFound */

const EN = {
  ask: "Ask a question", documents: "Documents", account: "Your account", health: "System health", users: "Users", groups: "Groups", keys: "API keys", limits: "Limits",
  models: "Models", jobs: "Jobs", feedback: "Feedback", audit: "Audit record", backup: "Backup", settings: "Settings", page: "Page", admin: "Administration",
};
const ZH = {
  ask: "提问", documents: "文档", account: "您的账户", health: "系统状态", users: "用户", groups: "用户组", keys: "API 密钥", limits: "配额",
  models: "模型", jobs: "任务", feedback: "反馈", audit: "审计记录", backup: "备份", settings: "设置", page: "页面", admin: "管理",
};
const say = words(EN, ZH);

/** What people also call a page, in both languages. @type {Record<Exclude<keyof typeof EN, "page" | "admin">, string>} */
const ALSO = {
  ask: "chat conversation answer 聊天 对话 问答",
  documents: "files upload store knowledge base folder 文件 上传 知识库",
  account: "profile password sessions language theme sign out 密码 登录 语言 主题 个人",
  health: "status metrics monitoring charts 监控 指标 健康",
  users: "people accounts roles service accounts 人员 账号 角色",
  groups: "teams members 团队 成员",
  keys: "tokens secret access key 令牌 密钥",
  limits: "quotas rate tokens per minute 限额 速率",
  models: "engine vllm gpu embedder reranker log 引擎 日志",
  jobs: "queue reading batches progress 队列 进度",
  feedback: "thumbs rating comments 评价 点赞 评论",
  audit: "log record who did what export 日志 导出",
  backup: "restore archive download 恢复 还原",
  settings: "configuration options environment LECTERN_ 配置 选项 环境变量",
};

/** @type {{name: keyof typeof ALSO, href: string, icon: import("../icon.js").IconName, open: () => boolean}[]} */
const PLACES = [
  { name: "ask", href: "/ask", icon: "MessagesSquare", open: () => true },
  { name: "documents", href: "/documents", icon: "BookOpen", open: () => true },
  { name: "account", href: "/account", icon: "User", open: () => true },
  ...(/** @type {const} */ (["health", "users", "groups", "keys", "limits", "models", "jobs", "feedback", "audit", "backup", "settings"])).map((name) => ({
    name,
    href: `/admin/${name}`,
    icon: /** @type {const} */ ("Settings"),
    open: () => may("admin") || (name === "audit" && audits()),
  })),
];

/** A text as it is found: case and width are all the same. @param {string} text */
const folded = (text) => text.normalize("NFKC").toLowerCase();

/**
 * Pages of the portal whose names, in either language, or other names hold all words that are sought.
 * @param {string} sought @returns {PlaceFound[]}
 */
export function placesFound(sought) {
  const wanted = folded(sought).split(/\s+/).filter(Boolean);
  if (!wanted.length) return [];
  /** @param {{name: keyof typeof ALSO}} place */
  const named = ({ name }) => folded(`${EN[name]} ${ZH[name]}`);
  return PLACES.filter((place) => place.open() && wanted.every((word) => `${named(place)} ${folded(ALSO[place.name])}`.includes(word)))
    .sort((one, other) => Number(wanted.every((word) => named(other).includes(word))) - Number(wanted.every((word) => named(one).includes(word))))
    .map(({ name, href, icon }) => ({ key: `place ${name}`, href, icon, title: say(name), detail: say(href.startsWith("/admin/") ? "admin" : "page") }));
}
