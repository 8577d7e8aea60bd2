import { Button } from "../../../components/button.js";
import { Field } from "../../../components/field.js";
import { tell } from "../../../components/notices.js";
import { Trouble } from "../../../components/trouble.js";
import { call } from "../../../core/api.js";
import { words } from "../../../core/language.js";
import { html, useState } from "../../../libraries/preact.js";
import { isSize, MEGABYTE, OF_CALLERS, OF_STORES, say as sayField, told } from "./fields.js";

const say = words(
  { save: "Save", saved: "Saved", reset: "As for everybody", now: "Left empty: as for everybody. Now: {limit}", own: "Its own limit. Empty it to have what everybody has." },
  { save: "保存", saved: "已保存", reset: "恢复默认", now: "留空则与所有人相同。当前：{limit}", own: "单独配额。清空则与所有人相同。" },
);

/** @param {{limits: import("./fields.js").Limits, isStore: boolean, changed: () => Promise<void>}} props */
export function LimitsForm({ limits, isStore, changed }) {
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  const [busy, setBusy] = useState(false);
  const fields = isStore ? OF_STORES : OF_CALLERS;
  const path = `/v1/limits/${encodeURIComponent(limits.id)}`;
  const isOwn = fields.some((name) => limits.set[name] != null);

  /** @param {() => Promise<unknown>} doing */
  async function change(doing) {
    setBusy(true);
    setError(null);
    try {
      await doing();
      tell(say("saved"));
      await changed();
    } catch (failure) {
      setError(/** @type {Error} */ (failure));
    }
    setBusy(false);
  }
  /** @param {SubmitEvent} event */
  function submit(event) {
    event.preventDefault();
    const given = new FormData(/** @type {HTMLFormElement} */ (event.target));
    const wanted = fields.map((name) => [name, given.get(name) ? Math.round(Number(given.get(name)) * (isSize(name) ? MEGABYTE : 1)) : null]);
    const none = wanted.every(([, value]) => value === null);
    if (none && !isOwn) return;
    change(() => (none ? call("DELETE", path) : call("PUT", path, Object.fromEntries(wanted))));
  }

  return html`<form onSubmit=${submit} key=${JSON.stringify(limits.set)}>
    ${error && html`<${Trouble} error=${error} />`}
    <div class="halves">${fields.map((name) => {
      const own = limits.set[name];
      return html`<${Field} label=${`${sayField(name)}${isSize(name) ? ` (${sayField("megabytes")})` : ""}`} name=${name} type="number" inputmode="decimal" min=${isSize(name) ? "0.1" : "1"} step=${isSize(name) ? "any" : "1"}
        value=${own == null ? "" : isSize(name) ? own / MEGABYTE : own} help=${own == null ? say("now", { limit: told(name, limits[name]) }) : say("own")} />`;
    })}</div>
    <div class="row"><${Button} type="submit" kind="primary" label=${say("save")} busy=${busy} />${isOwn && html`<${Button} label=${say("reset")} act=${() => change(() => call("DELETE", path))} />`}</div>
  </form>`;
}
