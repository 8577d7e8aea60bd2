import { Button } from "../../../../components/button.js";
import { Trouble } from "../../../../components/trouble.js";
import { Waiting } from "../../../../components/waiting.js";
import { words } from "../../../../core/language.js";
import { html } from "../../../../libraries/preact.js";
import { ChartCard } from "./chart_card.js";
import { CHARTS } from "./charts.js";
import { Doctor } from "./doctor.js";
import { SPANS, useSeries } from "./use_series.js";

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
/** @type {import("./use_series.js").Range[]} */
const RANGES = ["minutes", "hour", "day"];

/**
 * What is below the parts comes after them, and the check after the charts: nothing moves under somebody's hand.
 * @param {{range: import("./use_series.js").Range, setRange: (range: import("./use_series.js").Range) => void, paused: boolean, setPaused: (paused: boolean) => void}} props
 */
export function Measures({ range, setRange, paused, setPaused }) {
  const { series, error, again } = useSeries(range, paused);
  const end = series?.times.at(-1) ?? Date.now() / 1000;
  return html`<div class="page-head">
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
    ${(series || error) && html`<${Doctor} />`}`;
}
