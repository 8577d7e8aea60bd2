import { Button } from "../../../components/button.js";
import { Empty } from "../../../components/empty.js";
import { tellTrouble } from "../../../components/notices.js";
import { Pager } from "../../../components/pager.js";
import { PrincipalPicker } from "../../../components/principal_picker.js";
import { SearchField } from "../../../components/search_field.js";
import { Trouble } from "../../../components/trouble.js";
import { call } from "../../../core/api.js";
import { words } from "../../../core/language.js";
import { usePages } from "../../../core/paging.js";
import { say as sayRole } from "../../../core/roles.js";
import { html, useState } from "../../../libraries/preact.js";

const say = words(
  { members: "Members", add: "Add a member", find: "Find among the members", name: "Name", none: "Nobody is in it", actions: "Actions", drop: "Take {name} out" },
  { members: "成员", add: "添加成员", find: "在成员中查找", name: "用户名", none: "没有成员", actions: "操作", drop: "移除 {name}" },
);

/** Who is in a group; those of a group that was made here can be changed. @param {{group: import("./group_name.js").Group}} props */
export function Members({ group }) {
  const [sought, seek] = useState("");
  const pages = usePages("/v1/users", { group: group.id, q: sought });
  const path = `/v1/groups/${group.id}/members`;
  /** @param {Promise<unknown>} doing */
  const then = async (doing) => {
    await doing.catch(tellTrouble);
    await pages.reload();
  };
  return html`<div class="stack">
    ${!group.issuer && html`<${PrincipalPicker} label=${say("add")} kinds=${["user"]} choose=${(/** @type {{id: string}} */ one) => then(call("POST", path, { user_id: one.id.replace("user:", "") }))} />`}
    <div class="tools"><${SearchField} label=${say("find")} seek=${seek} /></div>
    ${pages.error && html`<${Trouble} error=${pages.error} retry=${pages.reload} />`}
    ${pages.rows?.length === 0 && html`<${Empty} icon="Users" title=${say("none")} />`}
    ${pages.rows?.length ? html`<table class="listing" aria-label=${say("members")}>
      <thead><tr><th scope="col">${say("name")}</th><th scope="col">${sayRole("role")}</th><th scope="col"><span class="offscreen">${say("actions")}</span></th></tr></thead>
      <tbody>${pages.rows.map((user) => html`<tr key=${user.id}>
        <th scope="row"><a href=${`/admin/users/${user.id}`}>${user.name}</a></th><td>${sayRole(user.role)}</td>
        <td class="act">${!group.issuer && html`<${Button} label=${say("drop", { name: user.name })} icon="X" kind="plain" quiet act=${() => then(call("DELETE", `${path}/${user.id}`))} />`}</td>
      </tr>`)}</tbody>
    </table>` : null}
    <${Pager} pages=${pages} />
  </div>`;
}
