import { Empty } from "../../../components/empty.js";
import { Field } from "../../../components/field.js";
import { Pager } from "../../../components/pager.js";
import { Trouble } from "../../../components/trouble.js";
import { Waiting } from "../../../components/waiting.js";
import { words } from "../../../core/language.js";
import { usePages } from "../../../core/paging.js";
import { html, useMemo, useState } from "../../../libraries/preact.js";
import { Opinion } from "../feedback/opinion.js";
import { useNames } from "../feedback/names.js";

const say = words(
  {
    intro: "What people thought of the answers they got. Whoever rates an answer shows it, with its question, to administrators.",
    rating: "Rating", all: "All", down: "Not helpful", up: "Helpful", since: "Period", ever: "Any time", week: "Last 7 days", month: "Last 30 days", none: "Nobody has said anything like this",
  },
  {
    intro: "用户对所得回答的评价。评价回答即表示将该回答及其问题展示给管理员。",
    rating: "评价", all: "全部", down: "没有帮助", up: "有帮助", since: "时间", ever: "不限", week: "最近 7 天", month: "最近 30 天", none: "没有符合条件的评价",
  },
);
const DAYS = { ever: 0, week: 7, month: 30 };
const RATINGS = /** @type {const} */ (["all", "down", "up"]);

/** The ratings and comments of answers, newest first. */
export default function Feedback() {
  const [rating, rate] = useState("all");
  const [period, limit] = useState(/** @type {keyof typeof DAYS} */ ("ever"));
  const since = useMemo(() => (DAYS[period] ? Math.floor(Date.now() / 1000) - DAYS[period] * 86_400 : ""), [period]);
  const pages = usePages("/v1/feedback", { rating: rating === "all" ? "" : rating, since }, 20);
  const names = useNames((pages.rows ?? []).map((one) => one.owner));
  return html`<div class="stack feedback">
    <p class="soft">${say("intro")}</p>
    <div class="filters">
      <${Field} label=${say("rating")} as="select" value=${rating} onChange=${(/** @type {{currentTarget: HTMLSelectElement}} */ { currentTarget }) => rate(currentTarget.value)}>
        ${RATINGS.map((one) => html`<option value=${one}>${say(one)}</option>`)}
      </${Field}>
      <${Field} label=${say("since")} as="select" value=${period} onChange=${(/** @type {{currentTarget: HTMLSelectElement}} */ { currentTarget }) => limit(/** @type {keyof typeof DAYS} */ (currentTarget.value))}>
        ${Object.keys(DAYS).map((one) => html`<option value=${one}>${say(/** @type {keyof typeof DAYS} */ (one))}</option>`)}
      </${Field}>
    </div>
    ${pages.error && html`<${Trouble} error=${pages.error} retry=${pages.reload} />`}
    ${!pages.rows && !pages.error && html`<${Waiting} />`}
    ${pages.rows?.length === 0 && html`<${Empty} icon="MessageSquare" title=${say("none")} />`}
    ${pages.rows?.length ? html`<ul class="opinions">${pages.rows.map((one) => html`<${Opinion} key=${one.id} opinion=${one} author=${names.get(one.owner) ?? one.owner} />`)}</ul>` : null}
    <${Pager} pages=${pages} />
  </div>`;
}
