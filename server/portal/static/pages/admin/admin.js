import { Empty } from "../../components/empty.js";
import { words } from "../../core/language.js";
import { useTitle } from "../../core/loading.js";
import { page } from "../../core/pages.js";
import { audits, may } from "../../core/session.js";
import { html } from "../../libraries/preact.js";

const say = words(
  {
    title: "Administration", health: "System health", users: "Users", groups: "Groups", keys: "API keys", limits: "Limits", models: "Models", jobs: "Jobs",
    feedback: "Feedback", audit: "Audit record", backup: "Backup", settings: "Settings", closed: "This is for administrators", sections: "Parts of the administration",
  },
  {
    title: "管理", health: "系统状态", users: "用户", groups: "用户组", keys: "API 密钥", limits: "配额", models: "模型", jobs: "任务",
    feedback: "反馈", audit: "审计记录", backup: "备份", settings: "设置", closed: "此页面仅供管理员使用", sections: "管理的各部分",
  },
);

/** Each gets `item`, the rest of the address, as a prop. */
const SECTIONS = /** @type {const} */ ([
  ["health", page(() => import("./sections/health.js"), "machine")],
  ["users", page(() => import("./sections/users.js"))],
  ["groups", page(() => import("./sections/groups.js"))],
  ["keys", page(() => import("./sections/keys.js"))],
  ["limits", page(() => import("./sections/limits.js"))],
  ["models", page(() => import("./sections/models.js"), "machine")],
  ["jobs", page(() => import("./sections/jobs.js"), "machine")],
  ["feedback", page(() => import("./sections/feedback.js"))],
  ["audit", page(() => import("./sections/audit.js"))],
  ["backup", page(() => import("./sections/backup.js"), "machine")],
  ["settings", page(() => import("./sections/settings.js"), "machine")],
]);

/** The administration: one part of it, and the way to the others. @param {{section?: string, item?: string}} props */
export default function Admin({ section, item }) {
  useTitle(say("title"));
  const open = SECTIONS.filter(([name]) => may("admin") || (name === "audit" && audits()));
  const [name, Section] = open.find(([one]) => one === section) ?? open[0] ?? [];
  if (!name || !Section) return html`<div class="page"><h1>${say("title")}</h1><${Empty} icon="Lock" title=${say("closed")} /></div>`;
  return html`<div class="page admin">
    <nav aria-label=${say("sections")}>
      ${open.map(([one]) => html`<a href=${`/admin/${one}`} aria-current=${one === name ? "page" : undefined}>${say(one)}</a>`)}
    </nav>
    <section aria-labelledby="admin-title">
      <h1 id="admin-title">${say(name)}</h1>
      <${Section} key=${name} item=${item} />
    </section>
  </div>`;
}
