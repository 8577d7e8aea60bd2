import { Icon } from "../../../components/icon.js";
import { KeyList } from "../../../components/keys/key_list.js";
import { Trouble } from "../../../components/trouble.js";
import { Waiting } from "../../../components/waiting.js";
import { call } from "../../../core/api.js";
import { moment, words } from "../../../core/language.js";
import { useLoaded } from "../../../core/loading.js";
import { html } from "../../../libraries/preact.js";
import { UserActions } from "./user_actions.js";
import { UserForm } from "./user_form.js";
import { wayIn } from "./way_in.js";

const say = words(
  { all: "All users", way: "Signs in by", seen: "Last sign-in", made: "Made", never: "never", off: "Disabled since", keys: "API keys", record: "What was done", limits: "Limits", subject: "Known there as", id: "ID" },
  { all: "全部用户", way: "登录方式", seen: "上次登录", made: "创建时间", never: "从未", off: "停用时间", keys: "API 密钥", record: "操作记录", limits: "配额", subject: "登录服务中的标识", id: "ID" },
);

/** One user: what it is, what it may, how it comes in, and its keys. @param {{id: string}} props */
export function UserPage({ id }) {
  const user = useLoaded((signal) => call("GET", `/v1/users/${encodeURIComponent(id)}`, undefined, signal), [id]);
  const one = /** @type {import("./way_in.js").User | undefined} */ (user.data);
  if (!one) return html`<div class="stack"><${Back} />${user.error ? html`<${Trouble} error=${user.error} retry=${user.reload} />` : html`<${Waiting} />`}</div>`;
  const facts = [
    [say("way"), wayIn(one)],
    ...(one.subject ? [[say("subject"), one.subject]] : []),
    [say("seen"), one.signed_in_at ? moment(one.signed_in_at) : say("never")],
    [say("made"), moment(one.created_at)],
    ...(one.disabled_at ? [[say("off"), moment(one.disabled_at)]] : []),
    [say("id"), one.id],
  ];
  return html`<div class="stack wide-gaps">
    <${Back} />
    <div class="row apart"><h2>${one.name}</h2><${UserActions} user=${one} changed=${user.reload} /></div>
    <div class="halves">
      <${UserForm} key=${one.id} user=${one} changed=${user.reload} />
      <dl class="facts">${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
    </div>
    <p class="row"><a href=${`/admin/audit?who=user:${one.id}`}>${say("record")}</a> · <a href=${`/admin/limits/user:${one.id}`}>${say("limits")}</a></p>
    <section aria-labelledby="user-keys"><h3 id="user-keys">${say("keys")}</h3><${KeyList} owner=${{ id: one.id, name: one.name }} /></section>
  </div>`;
}

function Back() {
  return html`<a class="back" href="/admin/users"><${Icon} name="ArrowLeft" />${say("all")}</a>`;
}
