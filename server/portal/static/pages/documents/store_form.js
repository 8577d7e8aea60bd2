import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Field } from "../../components/field.js";
import { Trouble } from "../../components/trouble.js";
import { call } from "../../core/api.js";
import { words } from "../../core/language.js";
import { html, useId, useState } from "../../libraries/preact.js";
import { pathOf } from "./stores.js";

const say = words(
  {
    make: "New store", change: "Name and description", name: "Name", example: "Contracts, Handbook, Machines …", about: "What is in it", help: "Shown to everybody who may ask it.",
    days: "Empty it when nobody has used it for", never: "Never", number: "{days} days", create: "Create", save: "Save", cancel: "Cancel",
    shared: "Everybody may use it", sharedHelp: "Else only you, until you choose who may.",
  },
  {
    make: "新建文档库", change: "名称和说明", name: "名称", example: "合同、手册、设备……", about: "内容说明", help: "所有可以向它提问的人都能看到。",
    days: "无人使用多久后清空", never: "从不", number: "{days} 天", create: "创建", save: "保存", cancel: "取消",
    shared: "所有人可以使用", sharedHelp: "否则只有您可以使用，之后可再指定人员。",
  },
);
const DAYS = [7, 30, 90, 365];

/**
 * Makes a store, or changes what is said of one.
 * @param {{store?: import("./stores.js").Store, close: () => void, done: (store: import("./stores.js").Store) => void}} props
 */
export function StoreForm({ store, close, done }) {
  const form = useId();
  const [name, setName] = useState(store?.name ?? "");
  const [about, setAbout] = useState(store?.description ?? "");
  const [days, setDays] = useState(store?.expires_after?.days ?? 0);
  const [shared, share] = useState(true);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  const choices = [...new Set([...DAYS, ...(days ? [days] : [])])].sort((one, other) => one - other);

  /** @param {Event} event */
  async function submit(event) {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setError(null);
    const said = { name: name.trim(), description: about.trim() || null, expires_after: days ? { anchor: "last_active_at", days } : null };
    try {
      const made = await (store ? call("POST", pathOf(store.id), said) : call("POST", "/v1/vector_stores", { ...said, access: { shared } }));
      close();
      done(made);
    } catch (failure) {
      setError(/** @type {Error} */ (failure));
      setBusy(false);
    }
  }

  /** @param {(value: string) => void} set */
  const typed = (set) => (/** @type {Event} */ event) => set(/** @type {HTMLInputElement} */ (event.target).value);
  const actions = html`<${Button} label=${say("cancel")} act=${close} />
    <${Button} label=${say(store ? "save" : "create")} kind="primary" type="submit" form=${form} busy=${busy} disabled=${!name.trim()} />`;
  return html`<${Dialog} title=${say(store ? "change" : "make")} close=${close} actions=${actions}>
    <form id=${form} onSubmit=${submit}>
      ${error && html`<${Trouble} error=${error} />`}
      <${Field} label=${say("name")} value=${name} onInput=${typed(setName)} maxlength="256" placeholder=${say("example")} autofocus autocomplete="off" />
      <${Field} label=${say("about")} as="textarea" rows="2" help=${say("help")} value=${about} onInput=${typed(setAbout)} maxlength="512" />
      ${!store && html`<div class="field"><label class="check"><input type="checkbox" checked=${shared} onChange=${() => share(!shared)} /> ${say("shared")}</label>
        <p class="help">${say("sharedHelp")}</p></div>`}
      <${Field} label=${say("days")} as="select" onChange=${typed((value) => setDays(Number(value)))}>
        <option value="0" selected=${days === 0}>${say("never")}</option>
        ${choices.map((one) => html`<option value=${one} selected=${one === days}>${say("number", { days: one })}</option>`)}
      </${Field}>
    </form>
  </${Dialog}>`;
}
