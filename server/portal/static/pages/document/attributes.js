import { Button } from "../../components/button.js";
import { Empty } from "../../components/empty.js";
import { tell } from "../../components/notices.js";
import { Trouble } from "../../components/trouble.js";
import { call } from "../../core/api.js";
import { words } from "../../core/language.js";
import { html, useState } from "../../libraries/preact.js";

const say = words(
  { why: "Filters of searches use attributes, such as a year or a department.", none: "There are no attributes.", name: "Name", value: "Value", add: "Add an attribute", remove: "Remove {name}", save: "Save", saved: "Saved.", one: "attribute {number}" },
  { why: "搜索筛选会使用属性，例如年份或部门。", none: "没有属性。", name: "名称", value: "值", add: "添加属性", remove: "移除 {name}", save: "保存", saved: "已保存。", one: "属性 {number}" },
);
const MOST = 16;

/**
 * What filters know of the document; edited by editors.
 * @param {{entry: any, edits: boolean, changed: () => unknown}} props
 */
export function Attributes({ entry, edits, changed }) {
  /** @type {[string, string][]} */
  const kept = Object.entries(entry.attributes).map(([name, value]) => [name, String(value)]);
  const [rows, setRows] = useState(kept);
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  if (!edits && !kept.length) return html`<${Empty} icon="Tag" title=${say("none")} />`;
  /** @param {number} at @param {[string, string]} row */
  const put = (at, row) => setRows(rows.map((one, place) => (place === at ? row : one)));
  const save = async () => {
    setError(null);
    const attributes = Object.fromEntries(rows.filter(([name]) => name.trim()).map(([name, value]) => [name.trim(), valueOf(value, entry.attributes[name.trim()])]));
    try {
      await call("POST", `/v1/vector_stores/${encodeURIComponent(entry.vector_store_id)}/files/${encodeURIComponent(entry.id)}`, { attributes });
      tell(say("saved"));
      await changed();
    } catch (failure) {
      setError(/** @type {Error} */ (failure));
    }
  };
  if (!edits) return html`<table><tbody>${kept.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</tbody></table>`;
  return html`<div class="stack">
    <p class="soft small">${say("why")}</p>
    ${rows.map(([name, value], at) => html`<div class="attribute">
      <input aria-label=${`${say("name")} · ${say("one", { number: at + 1 })}`} placeholder=${say("name")} maxlength="64" value=${name} onInput=${(/** @type {any} */ event) => put(at, [event.target.value, value])} />
      <input aria-label=${`${say("value")} · ${say("one", { number: at + 1 })}`} placeholder=${say("value")} maxlength="512" value=${value} onInput=${(/** @type {any} */ event) => put(at, [name, event.target.value])} />
      <${Button} label=${say("remove", { name })} icon="X" kind="plain" quiet act=${() => setRows(rows.filter((_, place) => place !== at))} />
    </div>`)}
    ${error && html`<${Trouble} error=${error} />`}
    <div class="row">
      <${Button} label=${say("add")} icon="Plus" disabled=${rows.length >= MOST} act=${() => setRows([...rows, ["", ""]])} />
      <${Button} label=${say("save")} kind="primary" disabled=${JSON.stringify(rows) === JSON.stringify(kept)} act=${save} />
    </div>
  </div>`;
}

/** The value as typed, of the kind it was before. @param {string} typed @param {unknown} before */
function valueOf(typed, before) {
  if (typeof before === "boolean" && (typed === "true" || typed === "false")) return typed === "true";
  const isNumber = typed.trim() !== "" && Number.isFinite(Number(typed));
  return isNumber && typeof before !== "string" ? Number(typed) : typed;
}
