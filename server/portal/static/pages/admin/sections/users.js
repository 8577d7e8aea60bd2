import { Button } from "../../../components/button.js";
import { Empty } from "../../../components/empty.js";
import { Pager } from "../../../components/pager.js";
import { SearchField } from "../../../components/search_field.js";
import { Trouble } from "../../../components/trouble.js";
import { Waiting } from "../../../components/waiting.js";
import { ago, words } from "../../../core/language.js";
import { usePages } from "../../../core/paging.js";
import { say as sayRole } from "../../../core/roles.js";
import { html, useState } from "../../../libraries/preact.js";
import { NewUser } from "../users/new_user.js";
import { UserPage } from "../users/user_page.js";
import { wayIn } from "../users/way_in.js";

const say = words(
  { find: "Name or e-mail address", add: "Add a user", name: "Name", email: "E-mail", way: "Signs in by", seen: "Last sign-in", never: "never", none: "No user is called so", off: "Disabled" },
  { find: "用户名或邮箱", add: "添加用户", name: "用户名", email: "邮箱", way: "登录方式", seen: "上次登录", never: "从未", none: "没有这样的用户", off: "已停用" },
);

/** People and services that have an account; with `item`, one of them. @param {{item?: string}} props */
export default function Users({ item }) {
  return item ? html`<${UserPage} key=${item} id=${item} />` : html`<${UserList} />`;
}

function UserList() {
  const [sought, seek] = useState("");
  const [isAdding, add] = useState(false);
  const pages = usePages("/v1/users", { q: sought });
  return html`<div class="stack">
    <div class="tools"><${SearchField} label=${say("find")} seek=${seek} /><${Button} label=${say("add")} icon="Plus" kind="primary" act=${() => add(true)} /></div>
    ${pages.error && html`<${Trouble} error=${pages.error} retry=${pages.reload} />`}
    ${!pages.rows && !pages.error && html`<${Waiting} />`}
    ${pages.rows?.length === 0 && html`<${Empty} icon="Users" title=${say("none")} />`}
    ${pages.rows?.length ? html`<table class="listing">
      <thead><tr><th scope="col">${say("name")}</th><th scope="col">${sayRole("role")}</th><th scope="col" class="wide">${say("email")}</th><th scope="col" class="wide">${say("way")}</th><th scope="col" class="wide">${say("seen")}</th></tr></thead>
      <tbody>${pages.rows.map((user) => html`<tr key=${user.id}>
        <th scope="row"><a href=${`/admin/users/${user.id}`}>${user.name}</a> ${user.disabled_at && html`<span class="badge bad">${say("off")}</span>`}</th>
        <td>${sayRole(user.role)}</td><td class="wide">${user.email}</td><td class="wide">${wayIn(user)}</td>
        <td class="wide">${user.signed_in_at ? ago(user.signed_in_at) : say("never")}</td>
      </tr>`)}</tbody>
    </table>` : null}
    <${Pager} pages=${pages} />
    ${isAdding && html`<${NewUser} close=${() => { add(false); pages.reload(); }} />`}
  </div>`;
}
