import { Trouble } from "../../components/trouble.js";
import { everything } from "../../core/api.js";
import { words } from "../../core/language.js";
import { useLoaded } from "../../core/loading.js";
import { say as sayRole } from "../../core/roles.js";
import { session } from "../../core/session.js";
import { html } from "../../libraries/preact.js";

const say = words(
  { you: "You", groups: "Your groups", none: "none", key: "You are signed in by an API key, not as a person.", welcome: "Set up an administrator" },
  { you: "您", groups: "您的用户组", none: "无", key: "您是通过 API 密钥登录的，而不是以个人身份。", welcome: "设置管理员" },
);

/** One's name, role and groups. */
export function WhoIAm() {
  const groups = useLoaded(() => everything("/v1/groups"), []);
  const own = session.value;
  if (!own?.role) return null;
  const isKey = own.owner?.startsWith("key:");
  return html`<section class="card" aria-label=${say("you")}>
    <h2>${own.name}</h2>
    <p><span class="badge accent">${sayRole(own.role)}</span></p>
    <p class="soft">${sayRole(`${own.role}-means`)}</p>
    ${isKey && html`<p>${say("key")} ${own.first_run && html`<a href="/welcome">${say("welcome")}</a>`}</p>`}
    ${groups.error && html`<${Trouble} error=${groups.error} retry=${groups.reload} />`}
    ${!isKey && html`<dl class="facts"><dt>${say("groups")}</dt><dd>${groups.data?.map((group) => group.name).join(", ") || say("none")}</dd></dl>`}
  </section>`;
}
