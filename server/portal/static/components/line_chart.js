import { html, useEffect, useRef } from "../libraries/preact.js";
import { isDark } from "../core/theme.js";

/**
 * @typedef {object} Line
 * @property {string} name
 * @property {[number, number | null][]} points Unix seconds, and the value there; null: none
 */

/** @typedef {import("echarts/core").EChartsType} Chart */

const DASHES = /** @type {const} */ (["solid", "dashed", "dotted"]);
const COLOURS = 6;

/** The class of the stylesheet that shows what the line at this place looks like. @param {number} place */
export const swatchOf = (place) => `swatch swatch-${(place % COLOURS) + 1} ${DASHES[Math.floor(place / 2) % DASHES.length]}`;

/**
 * @typedef {object} Scale
 * @property {(value: number) => string} told how a value is written
 * @property {boolean} [whole] values are whole numbers
 * @property {number} [least] the axis reaches at least so far
 * @property {number} [most] and no farther than this
 */

/** A value of the stylesheet's. @param {string} name */
const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/**
 * What the chart shows of a line. A value that stands alone would be a line of no length: it gets a dot.
 * @param {Line} line @param {number} place
 */
function drawn({ name, points }, place) {
  const colour = token(`--chart-${(place % COLOURS) + 1}`);
  const data = points.map(([moment, value], index) => {
    const alone = value !== null && (points[index - 1]?.[1] ?? null) === null && (points[index + 1]?.[1] ?? null) === null;
    return { value: [moment * 1000, value], symbolSize: alone ? 5 : 0 };
  });
  return {
    name, data, type: "line", symbol: "circle", symbolSize: 0, showSymbol: true, itemStyle: { color: colour },
    lineStyle: { color: colour, width: 1.75, type: DASHES[Math.floor(place / 2) % DASHES.length] },
  };
}

/** A clock time. @param {number} milliseconds @param {boolean} seconds */
function timeOf(milliseconds, seconds) {
  return new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hour12: false, ...(seconds ? { second: "2-digit" } : {}) }).format(milliseconds);
}

/** @param {Line[]} lines @param {[number, number]} span Unix seconds @param {Scale} scale @param {string} description */
function optionOf(lines, span, scale, description) {
  const { told, whole = false, least = 0, most = Infinity } = scale;
  const [ink, soft, line, card] = ["--ink", "--soft", "--line", "--card"].map(token);
  const text = { color: soft, fontFamily: token("--sans"), fontSize: 11 };
  return {
    animation: false,
    aria: { enabled: true, label: { description } },
    grid: { left: 4, right: 16, top: 10, bottom: 4, containLabel: true },
    tooltip: {
      trigger: "axis", renderMode: "richText", confine: true, backgroundColor: card, borderColor: line, padding: 8,
      textStyle: { color: ink, fontFamily: token("--sans"), fontSize: 12 }, axisPointer: { lineStyle: { color: soft } },
      formatter: (/** @type {any[]} */ found) => [
        timeOf(found[0].value[0], true),
        ...found.filter(({ value }) => value[1] !== null).map(({ seriesName, value }) => (lines.length > 1 ? `${seriesName}: ${told(value[1])}` : told(value[1]))),
      ].join("\n"),
    },
    xAxis: {
      type: "time", min: span[0] * 1000, max: span[1] * 1000, splitNumber: 4, axisLine: { lineStyle: { color: line } }, axisTick: { show: false },
      axisLabel: { ...text, hideOverlap: true, formatter: (/** @type {number} */ moment) => timeOf(moment, false) },
    },
    yAxis: {
      type: "value", min: 0, max: (/** @type {{max: number}} */ { max }) => (max < least ? least : max > most / 1.2 ? most : null), splitNumber: 3, minInterval: whole ? 1 : 0, axisLabel: { ...text, formatter: told }, splitLine: { lineStyle: { color: line, opacity: 0.6 } },
    },
    series: lines.map(drawn),
  };
}

/**
 * Lines over time, on a canvas, in the colours of the theme. It fills its place; new points move it on without a jump.
 * @param {{lines: Line[], span: [number, number], scale: Scale, description: string}} props
 */
export function LineChart({ lines, span, scale, description }) {
  const place = useRef(/** @type {HTMLDivElement | null} */ (null));
  const chart = useRef(/** @type {Chart | null} */ (null));
  const shown = useRef(() => {});
  shown.current = () => chart.current?.setOption(/** @type {any} */ (optionOf(lines, span, scale, description)), { notMerge: true });

  useEffect(() => {
    let gone = false;
    const resized = new ResizeObserver(() => chart.current?.resize());
    import("../libraries/charts.js").then(({ init }) => {
      if (gone || !place.current) return;
      chart.current = init(place.current, null, { renderer: "canvas" });
      shown.current();
      resized.observe(place.current);
    });
    return () => {
      gone = true;
      resized.disconnect();
      chart.current?.dispose();
    };
  }, []);

  const dark = isDark.value;
  useEffect(() => shown.current(), [lines, span[0], span[1], dark, description]);
  return html`<div class="line-chart" role="img" aria-label=${description} ref=${place}></div>`;
}
