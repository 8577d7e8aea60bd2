import { Button } from "../../../components/button.js";
import { Trouble } from "../../../components/trouble.js";
import { Waiting } from "../../../components/waiting.js";
import { call } from "../../../core/api.js";
import { words } from "../../../core/language.js";
import { useLoaded } from "../../../core/loading.js";
import { html, useState } from "../../../libraries/preact.js";
import { ChartCard } from "./health/chart_card.js";
import { CHARTS } from "./health/charts.js";
import { ComponentList } from "./health/component_list.js";
import { Doctor } from "./health/doctor.js";
import { SPANS, useSeries } from "./health/use_series.js";

const say = words(
  {
    measures: "Measures", range: "Time shown", minutes: "15 min", hour: "1 hour", day: "1 day", pause: "Pause", resume: "Go on",
    about: "Of this process and what it started; kept in memory, so they begin with its last start. For longer, let Prometheus read /metrics.",
  },
  {
    measures: "监测", range: "时间范围", minutes: "15 分钟", hour: "1 小时", day: "1 天", pause: "暂停", resume: "继续",
    about: "统计本进程及其子进程；数据保存在内存中，从上次启动开始。如需更长时间，可由 Prometheus 读取 /metrics。",
  },
);
const SECONDS = 5;
/** @type {import("./health/use_series.js").Range[]} */
const RANGES = ["minutes", "hour", "day"];

/** How Lectern is: its parts, its measures over time, and a thorough check. */
export default function Health() {
  const [range, setRange] = useState(/** @type {import("./health/use_series.js").Range} */ ("minutes"));
  const [paused, setPaused] = useState(false);
  const components = useLoaded((signal) => call("GET", "/v1/components", undefined, signal), [], paused ? 0 : SECONDS);
  const { series, error, again } = useSeries(range, paused);
  const end = series?.times.at(-1) ?? Date.now() / 1000;
  return html`<div class="stack machine">
    ${components.error && html`<${Trouble} error=${components.error} retry=${components.reload} />`}
    ${components.data ? html`<${ComponentList} components=${components.data.data} />` : !components.error && html`<${Waiting} />`}
    <div class="page-head">
      <h2>${say("measures")}</h2>
      <div class="row">
        <div class="choices" role="group" aria-label=${say("range")}>
          ${RANGES.map((one) => html`<button type="button" class="button" aria-pressed=${range === one} onClick=${() => setRange(one)}>${say(one)}</button>`)}
        </div>
        <${Button} label=${say(paused ? "resume" : "pause")} icon=${paused ? "Play" : "Pause"} act=${() => setPaused(!paused)} />
      </div>
    </div>
    <p class="soft small">${say("about")}</p>
    ${error && html`<${Trouble} error=${error} retry=${again} />`}
    ${series ? html`<div class="charts">${CHARTS.map((plan) => html`<${ChartCard} key=${plan.name} plan=${plan} series=${series} span=${[end - SPANS[range], end]} />`)}</div>` : !error && html`<${Waiting} />`}
    <${Doctor} />
  </div>`;
}
