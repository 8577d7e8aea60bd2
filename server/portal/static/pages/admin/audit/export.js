import { Dialog } from "../../../components/dialog.js";
import { Field } from "../../../components/field.js";
import { Icon } from "../../../components/icon.js";
import { words } from "../../../core/language.js";
import { html, useState } from "../../../libraries/preact.js";
import { wanted } from "./filters.js";

const say = words(
  { title: "Export the record", since: "From", until: "To", all: "Left empty: from the beginning, up to now.", take: "Download", why: "Signed lines of JSON, which `lectern audit verify` checks on any machine." },
  { title: "导出记录", since: "从", until: "到", all: "留空表示从头到现在。", take: "下载", why: "带签名的 JSON 行，可在任何机器上用 `lectern audit verify` 校验。" },
);

/** @param {{close: () => void}} props */
export function Export({ close }) {
  const [days, setDays] = useState({ since: "", until: "" });
  const { since, until } = wanted(days);
  const query = new URLSearchParams([["since", since], ["until", until]].filter(([, value]) => value != null).map(([name, value]) => [name, String(value)]));
  /** @param {"since" | "until"} name */
  const field = (name) => html`<${Field} label=${say(name)} type="date" value=${days[name]} onInput=${(/** @type {Event} */ event) => setDays({ ...days, [name]: /** @type {HTMLInputElement} */ (event.target).value })} />`;
  return html`<${Dialog} title=${say("title")} close=${close} actions=${html`<a class="button primary" href=${`/v1/audit/export?${query}`} download="audit.jsonl" onClick=${close}><${Icon} name="Download" />${say("take")}</a>`}>
    <div class="stack"><p class="soft">${say("why")}</p><div class="halves">${field("since")}${field("until")}</div><p class="soft small">${say("all")}</p></div>
  </${Dialog}>`;
}
