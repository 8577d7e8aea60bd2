import { Button } from "../../../components/button.js";
import { Confirm } from "../../../components/confirm.js";
import { Dialog } from "../../../components/dialog.js";
import { Menu } from "../../../components/menu.js";
import { tell, tellTrouble } from "../../../components/notices.js";
import { call } from "../../../core/api.js";
import { words } from "../../../core/language.js";
import { session } from "../../../core/session.js";
import { html, useLocation, useState } from "../../../libraries/preact.js";
import { PasswordLink } from "./password_link.js";

const say = words(
  {
    more: "What can be done with {name}", link: "Make a password link", disable: "Disable", enable: "Enable", remove: "Delete", title: "Password link", done: "Done", enabled: "{name} may come in again", deleted: "{name} was deleted",
    "ask-disable": "Disable {name}?", "why-disable": "Signed out at once; keys and tokens are refused until the user is enabled again.",
    "ask-remove": "Delete {name}?", "why-remove": "The account, its keys and sessions are gone for good. Documents and stores it made stay; administrators see to them.", self: "This is your own account.",
  },
  {
    more: "对 {name} 的操作", link: "创建密码链接", disable: "停用", enable: "启用", remove: "删除", title: "密码链接", done: "完成", enabled: "{name} 可以重新登录", deleted: "已删除 {name}",
    "ask-disable": "停用 {name}？", "why-disable": "将立即退出登录；在重新启用之前，其密钥和令牌都会被拒绝。",
    "ask-remove": "删除 {name}？", "why-remove": "账户及其密钥和会话将被永久删除。其创建的文档和文档库会保留，由管理员处理。", self: "这是您自己的账户。",
  },
);

/** @param {{user: import("./way_in.js").User, changed: () => Promise<void>}} props */
export function UserActions({ user, changed }) {
  const { route } = useLocation();
  const [asked, ask] = useState(/** @type {"disable" | "remove" | null} */ (null));
  const [url, show] = useState("");
  const path = `/v1/users/${user.id}`;
  const name = user.name;

  const makeLink = async () => {
    await call("POST", `${path}/password_link`).then((link) => show(link.url), tellTrouble);
  };
  const enable = async () => {
    await call("POST", path, { disabled: false }).then(() => tell(say("enabled", { name })), tellTrouble);
    await changed();
  };
  const go = async () => {
    if (asked === "disable") {
      await call("POST", path, { disabled: true });
      await changed();
    } else {
      await call("DELETE", path);
      tell(say("deleted", { name }));
      route("/admin/users", true);
    }
  };
  /** @type {import("../../../components/menu.js").Item[]} */
  const items = [
    ...(user.kind === "person" && !user.issuer ? [{ label: say("link"), icon: /** @type {const} */ ("Link"), act: makeLink }] : []),
    user.disabled_at ? { label: say("enable"), icon: "Check", act: enable } : { label: say("disable"), icon: "Lock", act: () => ask("disable") },
    { label: say("remove"), icon: "Trash", danger: true, act: () => ask("remove") },
  ];
  return html`<${Menu} label=${say("more", { name })} items=${items} />
    ${url && html`<${Dialog} title=${say("title")} close=${() => show("")} actions=${html`<${Button} label=${say("done")} kind="primary" act=${() => show("")} />`}><${PasswordLink} name=${name} url=${url} /></${Dialog}>`}
    ${asked && html`<${Confirm} title=${say(`ask-${asked}`, { name })} verb=${say(asked)} act=${go} close=${() => ask(null)}>
      ${session.value?.owner === `user:${user.id}` && html`<p class="strong">${say("self")}</p>`}<p>${say(`why-${asked}`)}</p>
    </${Confirm}>`}`;
}
