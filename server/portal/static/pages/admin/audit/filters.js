import { Button } from "../../../components/button.js";
import { Field } from "../../../components/field.js";
import { words } from "../../../core/language.js";
import { html } from "../../../libraries/preact.js";

const say = words(
  {
    who: "Who", "who-hint": "A name, user:ID, or the id of a key", action: "What was done", "action-hint": "chat, upload, delete_file …", resource: "About", "resource-hint": "The id of a file, a store, a key …",
    request: "Request id", "request-hint": "X-Request-ID of an answer", since: "From", until: "To", go: "Search", clear: "Show everything", filters: "Filters",
  },
  {
    who: "谁", "who-hint": "名称、user:ID 或密钥 ID", action: "操作", "action-hint": "chat、upload、delete_file……", resource: "对象", "resource-hint": "文件、文档库或密钥等的 ID",
    request: "请求 ID", "request-hint": "回答中的 X-Request-ID", since: "从", until: "到", go: "查找", clear: "显示全部", filters: "筛选",
  },
);
const TEXTS = /** @type {const} */ (["who", "action", "resource", "request"]);
const DAYS = /** @type {const} */ (["since", "until"]);
const DAY = 86_400;

/** A day of the calendar (2026-11-25), where the reader lives, in Unix seconds. @param {string} day */
export const startOf = (day) => Math.floor(new Date(`${day}T00:00:00`).getTime() / 1000);

/**
 * What the API is asked for by the filters of an address; the last day counts whole.
 * @param {Record<string, string>} given
 */
export function wanted(given) {
  const texts = TEXTS.map((name) => [name, given[name]]);
  const since = given.since ? startOf(given.since) : null;
  const until = given.until ? startOf(given.until) + DAY : null;
  return Object.fromEntries([...texts, ["since", since], ["until", until]]);
}

/** @param {{given: Record<string, string>, filter: (search: string) => void, children?: unknown}} props */
export function Filters({ given, filter, children }) {
  /** @param {SubmitEvent} event */
  function submit(event) {
    event.preventDefault();
    const fields = [...new FormData(/** @type {HTMLFormElement} */ (event.target))].filter(([, value]) => String(value).trim());
    const search = new URLSearchParams(fields.map(([name, value]) => [name, String(value).trim()])).toString();
    filter(search && `?${search}`);
  }
  return html`<form class="filters" aria-label=${say("filters")} onSubmit=${submit}>
    ${TEXTS.map((name) => html`<${Field} label=${say(name)} name=${name} value=${given[name] ?? ""} placeholder=${say(`${name}-hint`)} maxlength="256" autocomplete="off" />`)}
    ${DAYS.map((name) => html`<${Field} label=${say(name)} name=${name} type="date" value=${given[name] ?? ""} />`)}
    <div class="row"><${Button} type="submit" label=${say("go")} icon="Funnel" />${Object.keys(given).length > 0 && html`<${Button} label=${say("clear")} kind="plain" act=${() => filter("")} />`}<span class="spread"></span>${children}</div>
  </form>`;
}
