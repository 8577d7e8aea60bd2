import { Button } from "../../../../components/button.js";
import { tell } from "../../../../components/notices.js";
import { copy } from "../../../../core/clipboard.js";
import { words } from "../../../../core/language.js";
import { html } from "../../../../libraries/preact.js";
import { helpOf } from "./help.js";

/**
 * @typedef {object} Setting
 * @property {string} id
 * @property {string} variable
 * @property {"network" | "storage" | "audit" | "access" | "engine" | "search" | "answers" | "reading"} group
 * @property {boolean} secret
 * @property {boolean} set
 * @property {boolean} changed
 * @property {string | number | boolean | null} value
 * @property {string | number | boolean | null} default
 * @property {string} help
 */

const say = words(
  { set: "set, not shown", unset: "not set", empty: "empty", changed: "changed", usual: "Default: {value}", copy: "Copy the line of {name}", copied: "Copied: {line}" },
  { set: "已设置，不显示", unset: "未设置", empty: "空", changed: "已更改", usual: "默认：{value}", copy: "复制 {name} 的配置行", copied: "已复制：{line}" },
);

/** @param {string | number | boolean | null} value */
const written = (value) => (value === null || value === "" ? say("empty") : String(value));

/** NAME=value, as a shell or a unit file takes it. @param {Setting} setting */
function lineOf({ variable, secret, value, default: usual }) {
  const text = secret ? "" : String(value ?? usual ?? "");
  return /^[\w./:@%+,=-]*$/.test(text) ? `${variable}=${text}` : `${variable}='${text.replaceAll("'", "'\\''")}'`;
}

/** One setting: its variable, what it is for, its value, and its line to copy. @param {{setting: Setting}} props */
export function SettingRow({ setting }) {
  const { variable, secret, set, changed, value, default: usual } = setting;
  const copyLine = async () => {
    await copy(lineOf(setting));
    tell(say("copied", { line: lineOf(setting) }));
  };
  return html`<li>
    <div>
      <code>${variable}</code>
      <p class="small soft">${helpOf(setting)}</p>
    </div>
    <div class="setting-value">
      ${secret ? html`<span class="soft">${say(set ? "set" : "unset")}</span>` : html`<span class=${changed ? "mono strong" : "mono"}>${written(value)}</span>`}
      ${changed && html`<span class="badge accent">${say("changed")}</span>`}
      ${changed && !secret && html`<div class="small soft">${say("usual", { value: written(usual) })}</div>`}
    </div>
    <${Button} label=${say("copy", { name: variable })} icon="Copy" kind="plain" quiet act=${copyLine} />
  </li>`;
}
