import { Empty } from "../../../components/empty.js";
import { SearchField } from "../../../components/search_field.js";
import { Trouble } from "../../../components/trouble.js";
import { Waiting } from "../../../components/waiting.js";
import { call } from "../../../core/api.js";
import { count, words } from "../../../core/language.js";
import { useLoaded } from "../../../core/loading.js";
import { html, useState } from "../../../libraries/preact.js";
import { helpOf } from "./settings/help.js";
import { SettingRow } from "./settings/setting_row.js";

/** @typedef {import("./settings/setting_row.js").Setting} Setting */

const say = words(
  {
    how: "Settings are environment variables, read once when Lectern starts. To change one, copy its line into the environment of the service (its unit file, Compose file or shell) and restart Lectern.",
    find: "Search settings", changed: "Only those that differ from the default", none: "No setting is like that", shown: "{shown} of {all} settings",
    network: "Where it runs", storage: "What it keeps", audit: "What it puts on record", access: "Who comes in", engine: "The model that answers", search: "The model that searches", answers: "Answers", reading: "Reading files",
  },
  {
    how: "设置是环境变量，Lectern 启动时读取一次。如需修改，请把对应行复制到服务的环境（单元文件、Compose 文件或命令行）中，然后重启 Lectern。",
    find: "搜索设置", changed: "仅显示与默认值不同的设置", none: "没有符合条件的设置", shown: "{shown} / {all} 项设置",
    network: "运行位置", storage: "保存内容", audit: "审计记录", access: "登录与访问", engine: "回答模型", search: "检索模型", answers: "回答", reading: "读取文件",
  },
);

/** Every setting as Lectern runs by it, to be searched. */
export default function Settings() {
  const { data, error, reload } = useLoaded((signal) => call("GET", "/v1/settings", undefined, signal), []);
  const [sought, seek] = useState("");
  const [changedOnly, setChangedOnly] = useState(false);
  if (error) return html`<${Trouble} error=${error} retry=${reload} />`;
  if (!data) return html`<${Waiting} />`;
  /** @type {Setting[]} */
  const settings = data.data;
  const parts = sought.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = settings.filter((setting) => {
    const text = `${setting.variable} ${setting.id} ${setting.help} ${helpOf(setting)} ${setting.value ?? ""}`.toLowerCase();
    return (setting.changed || !changedOnly) && parts.every((part) => text.includes(part));
  });
  const groups = [...new Set(shown.map(({ group }) => group))];
  return html`<div class="stack machine">
    <p class="soft">${say("how")}</p>
    <div class="setting-filters">
      <${SearchField} label=${say("find")} seek=${seek} />
      <label class="check"><input type="checkbox" checked=${changedOnly} onChange=${() => setChangedOnly(!changedOnly)} /><span>${say("changed")}</span></label>
      <span class="soft small" aria-live="polite">${say("shown", { shown: count(shown.length), all: count(settings.length) })}</span>
    </div>
    ${!shown.length && html`<${Empty} icon="Search" title=${say("none")} />`}
    ${groups.map((group) => html`<section key=${group} class="setting-group" aria-labelledby=${`group-${group}`}>
      <h2 id=${`group-${group}`}>${say(group)}</h2>
      <ul class="settings card">${shown.filter((one) => one.group === group).map((one) => html`<${SettingRow} key=${one.id} setting=${one} />`)}</ul>
    </section>`)}
  </div>`;
}
