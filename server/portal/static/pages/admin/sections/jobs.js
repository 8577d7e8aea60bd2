import { Field } from "../../../components/field.js";
import { Empty } from "../../../components/empty.js";
import { Pager } from "../../../components/pager.js";
import { Trouble } from "../../../components/trouble.js";
import { Waiting } from "../../../components/waiting.js";
import { words } from "../../../core/language.js";
import { html, useEffect, useState } from "../../../libraries/preact.js";
import { usePages } from "../../../core/paging.js";
import { JobRow } from "./jobs/job_row.js";
import { sayKind, sayState } from "./jobs/words.js";

const say = words(
  {
    state: "State", kind: "Kind", all: "all", none: "No job is like that", idle: "Everything is done", remembered: "Jobs that ended are remembered for a week.",
    list: "Jobs",
  },
  {
    state: "状态", kind: "类型", all: "全部", none: "没有符合条件的任务", idle: "所有任务均已完成", remembered: "已结束的任务保留一周。",
    list: "任务",
  },
);
const SECONDS = 3;
const STATES = /** @type {const} */ (["queued", "running", "finished", "cancelled"]);
const KINDS = /** @type {const} */ (["ingest", "rebuild", "sync", "response", "batch", "eval"]);

/** What is done in the background, as it goes on. */
export default function Jobs() {
  const [state, setState] = useState("");
  const [kind, setKind] = useState("");
  const pages = usePages("/v1/jobs", { state, kind }, 25);
  const { reload, loading } = pages;
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible" && !loading) reload();
    }, SECONDS * 1000);
    return () => clearInterval(timer);
  }, [reload, loading]);
  /** @param {(value: string) => void} set */
  const chosen = (set) => (/** @type {Event} */ event) => set(/** @type {HTMLSelectElement} */ (event.target).value);
  return html`<div class="stack machine">
    <div class="job-filters">
      <${Field} label=${say("state")} as="select" value=${state} onChange=${chosen(setState)}>
        <option value="">${say("all")}</option>${STATES.map((one) => html`<option value=${one}>${sayState(one)}</option>`)}
      </${Field}>
      <${Field} label=${say("kind")} as="select" value=${kind} onChange=${chosen(setKind)}>
        <option value="">${say("all")}</option>${KINDS.map((one) => html`<option value=${one}>${sayKind(one)}</option>`)}
      </${Field}>
    </div>
    ${pages.error && html`<${Trouble} error=${pages.error} retry=${reload} />`}
    ${!pages.rows && !pages.error && html`<${Waiting} />`}
    ${pages.rows && !pages.rows.length && html`<${Empty} icon="ListChecks" title=${say(state || kind ? "none" : "idle")} />`}
    ${pages.rows && pages.rows.length > 0 && html`<ul class="jobs card" aria-label=${say("list")}>${pages.rows.map((job) => html`<${JobRow} key=${job.id} job=${job} reload=${reload} />`)}</ul>`}
    <${Pager} pages=${pages} />
    <p class="soft small">${say("remembered")}</p>
  </div>`;
}
