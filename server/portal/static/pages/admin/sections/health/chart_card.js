import { Button } from "../../../../components/button.js";
import { LineChart, swatchOf } from "../../../../components/line_chart.js";
import { count, duration, language, percent, size, words } from "../../../../core/language.js";
import { html, useId, useMemo, useState } from "../../../../libraries/preact.js";
import { sayChart, sayLine } from "./words.js";

/** @typedef {import("./charts.js").ChartPlan} ChartPlan */
/** @typedef {import("./use_series.js").Series} Series */

const say = words(
  { table: "Show “{name}” as a table", chart: "Show “{name}” as a chart", time: "Time", now: "now {value}", none: "nothing yet", told: "{name}. Latest: {values}.", list: ", " },
  { table: "以表格显示“{name}”", chart: "以图表显示“{name}”", time: "时间", now: "当前 {value}", none: "暂无数据", told: "{name}。最新：{values}。", list: "，" },
);
const ROWS = 20;

/** How values of a unit are written and drawn. @type {Record<import("./charts.js").Unit, import("../../../../components/line_chart.js").Scale>} */
const SCALES = {
  per_second: { told: (value) => count(value, value < 10 ? 2 : 0), least: 0.6 },
  share: { told: percent, least: 0.12, most: 1 },
  seconds: { told: (value) => (value ? duration(value) : "0"), least: 0.01 },
  bytes: { told: (value) => (value ? size(value) : "0") },
  count: { told: (value) => count(value, 1), whole: true, least: 4 },
  cores: { told: (value) => count(value, 2), least: 0.6 },
};

/** A clock time, as the language has it. @param {number} milliseconds @param {boolean} seconds */
const timeOf = (milliseconds, seconds) =>
  new Intl.DateTimeFormat(language.value === "zh" ? "zh-CN" : "en-GB", { hour: "2-digit", minute: "2-digit", ...(seconds ? { second: "2-digit" } : {}) }).format(milliseconds);

/** @param {(number | null)[]} values */
const last = (values) => values.findLast((value) => value !== null) ?? null;

/**
 * One chart with its title and what its lines have come to, or the same as a table.
 * @param {{plan: ChartPlan, series: Series, span: [number, number]}} props
 */
export function ChartCard({ plan, series, span }) {
  const [asTable, setAsTable] = useState(false);
  const id = useId();
  const { told } = SCALES[plan.unit];
  const said = language.value;
  const lines = useMemo(() => {
    const found = plan.lines.map(([measure, of]) => {
      const values = series.series.find((one) => one.name === measure && one.of === of)?.values ?? [];
      const key = /** @type {Parameters<typeof sayLine>[0]} */ (of ?? measure);
      return { name: plan.lines.length > 1 ? sayLine(key) : sayChart(plan.name), values };
    });
    // Of many lines, those that never had a value say nothing.
    const spoken = found.filter(({ values }) => values.some((value) => value !== null));
    return (spoken.length ? spoken : found.slice(0, 1)).map(({ name, values }) => ({
      name,
      values,
      points: /** @type {[number, number | null][]} */ (series.times.map((moment, place) => [moment, values[place] ?? null])),
    }));
  }, [plan, series, said]);
  const known = lines.filter(({ values }) => last(values) !== null);
  const current = known.map(({ name, values }) => `${lines.length > 1 ? `${name} ` : ""}${told(Number(last(values)))}`);
  const name = sayChart(plan.name);
  const description = say("told", { name, values: current.join(say("list")) || say("none") });
  return html`<section class="card chart" aria-labelledby=${id}>
    <header class="row apart">
      <h3 id=${id}>${name}</h3>
      ${lines.length === 1 && html`<span class="soft small">${known.length ? say("now", { value: current[0] }) : say("none")}</span>`}
      <${Button} label=${say(asTable ? "chart" : "table", { name })} icon=${asTable ? "Activity" : "Table"} kind="plain" quiet aria-pressed=${asTable} act=${() => setAsTable(!asTable)} />
    </header>
    ${asTable
      ? html`<div class="scroll chart-table" tabindex="0" role="group" aria-label=${name}><table>
          <thead><tr><th>${say("time")}</th>${lines.map((line) => html`<th class="number">${line.name}</th>`)}</tr></thead>
          <tbody>${series.times.slice(-ROWS).toReversed().map((moment) => {
            const place = series.times.indexOf(moment);
            return html`<tr key=${moment}><td>${timeOf(moment * 1000, series.resolution < 60)}</td>${lines.map(({ values }) => html`<td class="number">${values[place] === null ? "–" : told(Number(values[place]))}</td>`)}</tr>`;
          })}</tbody>
        </table></div>`
      : html`<${LineChart} lines=${lines} span=${span} scale=${SCALES[plan.unit]} description=${description} />`}
    ${!asTable && lines.length > 1 && html`<ul class="legend small" aria-hidden="true">
      ${lines.map((line, place) => html`<li key=${line.name}><span class=${swatchOf(place)}></span>${line.name} <span class="soft">${last(line.values) === null ? "–" : told(Number(last(line.values)))}</span></li>`)}
    </ul>`}
  </section>`;
}
