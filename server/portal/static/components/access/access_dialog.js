import { call } from "../../core/api.js";
import { words } from "../../core/language.js";
import { useLoaded } from "../../core/loading.js";
import { html, useState } from "../../libraries/preact.js";
import { Button } from "../button.js";
import { Confirm } from "../confirm.js";
import { Dialog } from "../dialog.js";
import { tell } from "../notices.js";
import { named } from "../principal_picker.js";
import { Trouble } from "../trouble.js";
import { Waiting } from "../waiting.js";
import { AccessForm } from "./access_form.js";
import { keepsOut } from "./keeps_out.js";

const say = words(
  {
    title: "Who may use {name}", save: "Save", cancel: "Cancel", saved: "Saved. It counts from the next question on.",
    out: "Shut yourself out?", "out-store": "You would no longer be able to change this store or its sharing. Somebody else would have to let you in again.",
    "out-file": "You would no longer be able to read this document. Its owner or an administrator would have to let you in again.", yes: "Save all the same",
  },
  {
    title: "谁可以使用 {name}", save: "保存", cancel: "取消", saved: "已保存，从下一次提问起生效。",
    out: "要取消自己的权限吗？", "out-store": "您将无法再更改此文档库及其共享设置，只能由他人重新授权。",
    "out-file": "您将无法再阅读此文档，只能由其所有者或管理员重新授权。", yes: "仍然保存",
  },
);

/** @typedef {{principal: string, role: "reader" | "editor" | "admin"}} Grant */
/** @typedef {{open: boolean, owner: string | null, grants: Grant[]}} Access `open`: shared with everybody, or not restricted */
/** @typedef {{access: Access, names: Map<string, import("../principal_picker.js").Principal>, groups: string[]}} State */

/** @param {"store" | "file"} kind @param {string} id */
const pathOf = (kind, id) => `/v1/${kind === "store" ? "vector_stores" : "files"}/${encodeURIComponent(id)}/access`;

/** @param {"store" | "file"} kind @param {string} id @param {AbortSignal} signal @returns {Promise<State>} */
async function load(kind, id, signal) {
  const [told, groups] = await Promise.all([call("GET", pathOf(kind, id), undefined, signal), call("GET", "/v1/groups?limit=100", undefined, signal)]);
  const access = { open: kind === "store" ? told.shared : !told.restricted, owner: told.owner, grants: told.grants };
  const ids = [...access.grants.map((/** @type {Grant} */ one) => one.principal), ...(access.owner ? [access.owner] : [])];
  // Who may share a file without editing a store may not look names up, and sees ids.
  const names = await named(ids, signal).catch(() => new Map());
  return { access, names, groups: groups.data.map((/** @type {{id: string}} */ group) => `group:${group.id}`) };
}

/**
 * Who may use a store or read a document, and changing it.
 * @param {{kind: "store" | "file", id: string, name: string, close: () => void}} props
 */
export function AccessDialog({ kind, id, name, close }) {
  const [edited, edit] = useState(/** @type {Access | null} */ (null));
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  const [asks, ask] = useState(false);
  const loaded = useLoaded((signal) => load(kind, id, signal), [kind, id]);
  const access = edited ?? loaded.data?.access;

  async function put() {
    const { open, grants } = /** @type {Access} */ (access);
    await call("PUT", pathOf(kind, id), { ...(kind === "store" ? { shared: open } : { restricted: !open }), grants });
    tell(say("saved"));
    close();
  }
  const save = async () => {
    if (keepsOut(kind, /** @type {Access} */ (access), loaded.data?.groups ?? [])) {
      ask(true);
      return;
    }
    setError(null);
    await put().catch(setError);
  };

  const actions = html`<${Button} label=${say("cancel")} act=${close} /><${Button} label=${say("save")} kind="primary" disabled=${!edited} act=${save} />`;
  return html`<${Dialog} title=${say("title", { name })} close=${close} actions=${actions}>
    ${loaded.error ? html`<${Trouble} error=${loaded.error} retry=${loaded.reload} />` : !loaded.data && html`<${Waiting} />`}
    ${error && html`<${Trouble} error=${error} />`}
    ${access && html`<${AccessForm} kind=${kind} access=${access} names=${loaded.data?.names ?? new Map()} edit=${edit} />`}
    ${asks && html`<${Confirm} title=${say("out")} verb=${say("yes")} act=${put} close=${() => ask(false)}><p>${say(`out-${kind}`)}</p></${Confirm}>`}
  </${Dialog}>`;
}
