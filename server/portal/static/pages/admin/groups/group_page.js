import { Confirm } from "../../../components/confirm.js";
import { Icon } from "../../../components/icon.js";
import { Menu } from "../../../components/menu.js";
import { tell } from "../../../components/notices.js";
import { Trouble } from "../../../components/trouble.js";
import { Waiting } from "../../../components/waiting.js";
import { call } from "../../../core/api.js";
import { words } from "../../../core/language.js";
import { useLoaded } from "../../../core/loading.js";
import { html, useLocation, useState } from "../../../libraries/preact.js";
import { GroupName } from "./group_name.js";
import { Members } from "./members.js";

const say = words(
  {
    all: "All groups", more: "What can be done with {name}", rename: "Rename", remove: "Delete", ask: "Delete {name}?", why: "Its members lose what was given to the group. Their accounts stay.", deleted: "{name} was deleted",
    issuer: "The sign-in service {issuer} says who is in it, each time somebody signs in.",
  },
  {
    all: "全部用户组", more: "对 {name} 的操作", rename: "重命名", remove: "删除", ask: "删除 {name}？", why: "成员将失去授予该组的权限，但账户会保留。", deleted: "已删除 {name}",
    issuer: "成员由登录服务 {issuer} 在每次登录时确定。",
  },
);

/** One group and who is in it. @param {{id: string}} props */
export function GroupPage({ id }) {
  const { route } = useLocation();
  const [asked, ask] = useState(/** @type {"rename" | "remove" | null} */ (null));
  const loaded = useLoaded((signal) => call("GET", `/v1/groups/${encodeURIComponent(id)}`, undefined, signal), [id]);
  const group = /** @type {import("./group_name.js").Group | undefined} */ (loaded.data);
  const back = html`<a class="back" href="/admin/groups"><${Icon} name="ArrowLeft" />${say("all")}</a>`;
  if (!group) return html`<div class="stack">${back}${loaded.error ? html`<${Trouble} error=${loaded.error} retry=${loaded.reload} />` : html`<${Waiting} />`}</div>`;
  const remove = async () => {
    await call("DELETE", `/v1/groups/${group.id}`);
    tell(say("deleted", { name: group.name }));
    route("/admin/groups", true);
  };
  /** @type {import("../../../components/menu.js").Item[]} */
  const items = [
    ...(group.issuer ? [] : [{ label: say("rename"), icon: /** @type {const} */ ("Pencil"), act: () => ask("rename") }]),
    { label: say("remove"), icon: "Trash", danger: true, act: () => ask("remove") },
  ];
  return html`<div class="stack">
    ${back}
    <div class="row apart"><h2>${group.name}</h2><${Menu} label=${say("more", { name: group.name })} items=${items} /></div>
    ${group.issuer && html`<p class="soft">${say("issuer", { issuer: group.issuer })}</p>`}
    <${Members} group=${group} />
    ${asked === "rename" && html`<${GroupName} group=${group} close=${() => ask(null)} done=${loaded.reload} />`}
    ${asked === "remove" && html`<${Confirm} title=${say("ask", { name: group.name })} verb=${say("remove")} act=${remove} close=${() => ask(null)}><p>${say("why")}</p></${Confirm}>`}
  </div>`;
}
