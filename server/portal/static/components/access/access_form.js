import { words } from "../../core/language.js";
import { html, useRef } from "../../libraries/preact.js";
import { PrincipalPicker } from "../principal_picker.js";
import { GrantRow } from "./grant_row.js";

const say = words(
  {
    who: "Who", "store-open": "Everybody who may sign in, each with their own role", "store-named": "Only the owner, administrators, and those named below",
    "file-open": "Everybody who may read a store that holds it", "file-named": "Of those, only the owner, administrators, and those named below", people: "Named people, groups and keys", add: "Add a person, a group or a key",
    "hint-open": "Whoever is named may do this besides.", "hint-file": "Being named opens no store: who may not read the store reads nothing of it.", nobody: "Nobody is named.",
  },
  {
    who: "范围", "store-open": "所有可以登录的人，按各自的角色", "store-named": "仅限所有者、管理员和下列人员",
    "file-open": "所有可以阅读其所在文档库的人", "file-named": "其中仅限所有者、管理员和下列人员", people: "指定的用户、用户组和密钥", add: "添加用户、用户组或密钥",
    "hint-open": "被指定者另外拥有以下权限。", "hint-file": "被指定并不会开放文档库：不能阅读该文档库的人仍然看不到内容。", nobody: "没有指定任何人。",
  },
);

/** @typedef {import("./access_dialog.js").Access} Access */

/**
 * @param {{kind: "store" | "file", access: Access, names: Map<string, import("../principal_picker.js").Principal>, edit: (access: Access) => void}} props
 */
export function AccessForm({ kind, access, names, edit }) {
  const known = useRef(names);
  if (names.size && known.current.size === 0) known.current = names;
  /** @param {import("../principal_picker.js").Principal} one */
  function add(one) {
    known.current = new Map(known.current).set(one.id, one);
    edit({ ...access, grants: [...access.grants, { principal: one.id, role: "reader" }] });
  }
  const listed = kind === "store" || !access.open;
  return html`<div class="stack">
    <fieldset class="choices"><legend>${say("who")}</legend>
      <label><input type="radio" name="open" checked=${access.open} onChange=${() => edit({ ...access, open: true })} />${say(`${kind}-open`)}</label>
      <label><input type="radio" name="open" checked=${!access.open} onChange=${() => edit({ ...access, open: false })} />${say(`${kind}-named`)}</label>
    </fieldset>
    ${listed && html`<section class="stack" aria-label=${say("people")}>
      <h3>${say("people")}</h3>
      ${kind === "file" ? html`<p class="soft small">${say("hint-file")}</p>` : access.open && html`<p class="soft small">${say("hint-open")}</p>`}
      <ul class="grants">
        ${access.owner && html`<${GrantRow} id=${access.owner} principal=${known.current.get(access.owner)} isOwner />`}
        ${access.grants.map((grant) => html`<${GrantRow} key=${grant.principal} id=${grant.principal} principal=${known.current.get(grant.principal)} role=${kind === "store" ? grant.role : undefined}
          choose=${(/** @type {import("./access_dialog.js").Grant["role"]} */ role) => edit({ ...access, grants: access.grants.map((one) => (one === grant ? { ...one, role } : one)) })}
          drop=${() => edit({ ...access, grants: access.grants.filter((one) => one !== grant) })} />`)}
      </ul>
      ${!access.grants.length && html`<p class="soft small">${say("nobody")}</p>`}
      <${PrincipalPicker} label=${say("add")} except=${[...access.grants.map((one) => one.principal), access.owner ?? ""]} choose=${add} />
    </section>`}
  </div>`;
}
