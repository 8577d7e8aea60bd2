import { KeyList } from "../../components/keys/key_list.js";
import { words } from "../../core/language.js";
import { useTitle } from "../../core/loading.js";
import { session } from "../../core/session.js";
import { html } from "../../libraries/preact.js";
import { Appearance } from "./appearance.js";
import { OwnLimits } from "./own_limits.js";
import { OwnPassword } from "./own_password.js";
import { Sessions } from "./sessions.js";
import { WhoIAm } from "./who_i_am.js";

const say = words(
  { title: "Your account", looks: "Language and looks", password: "Password", sessions: "Where you are signed in", keys: "Your API keys", "keys-why": "For programs that ask on your behalf. A key never may more than you.", limits: "What you may use" },
  { title: "您的账户", looks: "语言与外观", password: "密码", sessions: "已登录的设备", keys: "您的 API 密钥", "keys-why": "供代表您提问的程序使用，权限不会超过您本人。", limits: "您的配额" },
);

/** Everything of one's own. */
export default function Account() {
  useTitle(say("title"));
  const own = session.value;
  const id = own?.owner?.startsWith("user:") ? own.owner.slice(5) : null;
  return html`<div class="page account">
    <h1>${say("title")}</h1>
    <div class="sections">
      <${WhoIAm} />
      <${Part} title=${say("looks")}><${Appearance} /></${Part}>
      ${own?.role !== "auditor" && html`<${Part} title=${say("limits")}><${OwnLimits} /></${Part}>`}
      ${own?.has_password && html`<${Part} title=${say("password")}><${OwnPassword} /></${Part}>`}
      <${Part} title=${say("sessions")} wide><${Sessions} /></${Part}>
      ${id && html`<${Part} title=${say("keys")} wide><p class="soft small">${say("keys-why")}</p><${KeyList} owner=${{ id, name: own?.name ?? "" }} /></${Part}>`}
    </div>
  </div>`;
}

/** @param {{title: string, wide?: boolean, children?: unknown}} props */
function Part({ title, wide = false, children }) {
  return html`<section class=${`card ${wide ? "across" : ""}`} aria-label=${title}><h2>${title}</h2>${children}</section>`;
}
