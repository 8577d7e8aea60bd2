import { Button } from "../../../components/button.js";
import { Empty } from "../../../components/empty.js";
import { Pager } from "../../../components/pager.js";
import { SearchField } from "../../../components/search_field.js";
import { Trouble } from "../../../components/trouble.js";
import { Waiting } from "../../../components/waiting.js";
import { count, words } from "../../../core/language.js";
import { usePages } from "../../../core/paging.js";
import { html, useLocation, useState } from "../../../libraries/preact.js";
import { GroupName } from "../groups/group_name.js";
import { GroupPage } from "../groups/group_page.js";

const say = words(
  { find: "Name of a group", add: "Add a group", name: "Name", members: "Members", from: "Comes from", here: "made here", none: "There are no groups here" },
  { find: "用户组名称", add: "添加用户组", name: "名称", members: "成员", from: "来源", here: "在此创建", none: "没有用户组" },
);

/** Groups of users; with `item`, one of them. @param {{item?: string}} props */
export default function Groups({ item }) {
  return item ? html`<${GroupPage} key=${item} id=${item} />` : html`<${GroupList} />`;
}

function GroupList() {
  const { route } = useLocation();
  const [sought, seek] = useState("");
  const [isAdding, add] = useState(false);
  const pages = usePages("/v1/groups", { q: sought });
  return html`<div class="stack">
    <div class="tools"><${SearchField} label=${say("find")} seek=${seek} /><${Button} label=${say("add")} icon="Plus" kind="primary" act=${() => add(true)} /></div>
    ${pages.error && html`<${Trouble} error=${pages.error} retry=${pages.reload} />`}
    ${!pages.rows && !pages.error && html`<${Waiting} />`}
    ${pages.rows?.length === 0 && html`<${Empty} icon="Users" title=${say("none")} />`}
    ${pages.rows?.length ? html`<table class="listing">
      <thead><tr><th scope="col">${say("name")}</th><th scope="col" class="number">${say("members")}</th><th scope="col" class="wide">${say("from")}</th></tr></thead>
      <tbody>${pages.rows.map((group) => html`<tr key=${group.id}>
        <th scope="row"><a href=${`/admin/groups/${group.id}`}>${group.name}</a></th><td class="number">${count(group.members)}</td><td class="wide">${group.issuer ?? say("here")}</td>
      </tr>`)}</tbody>
    </table>` : null}
    <${Pager} pages=${pages} />
    ${isAdding && html`<${GroupName} close=${() => add(false)} done=${(/** @type {{id: string}} */ group) => route(`/admin/groups/${group.id}`)} />`}
  </div>`;
}
