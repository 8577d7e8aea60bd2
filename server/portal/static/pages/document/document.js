import { Tabs } from "../../components/tabs.js";
import { Trouble } from "../../components/trouble.js";
import { Viewer } from "../../components/viewer/viewer.js";
import { Waiting } from "../../components/waiting.js";
import { placeOf } from "../../core/addresses.js";
import { Failure, call } from "../../core/api.js";
import { words } from "../../core/language.js";
import { useLoaded, useTitle } from "../../core/loading.js";
import { may } from "../../core/session.js";
import { html, useEffect, useState } from "../../libraries/preact.js";
import { Missing } from "../../shell/missing.js";
import { Attributes } from "./attributes.js";
import { Chunks } from "./chunks.js";
import { DocumentHead } from "./document_head.js";
import { FileHistory } from "./file_history.js";
import { ReadBlocks } from "./read_blocks.js";
import { Remarks } from "./remarks.js";
import { Standing } from "./standing.js";

const say = words(
  { about: "About the document", remarks: "Remarks", read: "Text", chunks: "Chunks", attributes: "Attributes", history: "History", many: "Remarks ({count})" },
  { about: "关于文档", remarks: "说明", read: "文本", chunks: "片段", attributes: "属性", history: "历史", many: "说明（{count}）" },
);
const LIVE_SECONDS = 2;

/** @typedef {"remarks" | "read" | "chunks" | "attributes" | "history"} Part */

/**
 * One document of a store: how it looks, beside what Lectern made of it.
 * @param {{params: {store: string, file: string}, query: Record<string, string>}} props
 */
export default function Document({ params: { store, file }, query }) {
  const [source, show] = useState(sourceOf(store, file, query));
  const [part, choose] = useState(/** @type {Part} */ ("remarks"));
  const [page, turned] = useState(source.page ?? 1);
  const [live, setLive] = useState(false);
  const [reading, setReading] = useState(0);
  const loaded = useLoaded((signal) => documentOf(store, file, signal), [store, file], live ? LIVE_SECONDS : 0);
  const entry = loaded.data?.entry;
  useEffect(() => show(sourceOf(store, file, query)), [store, file, JSON.stringify(query)]);
  useEffect(() => {
    // What has been read since is to be seen.
    if (live && entry?.status !== "in_progress") setReading((before) => before + 1);
    setLive(entry?.status === "in_progress");
  }, [entry?.status]);
  useTitle(loaded.data?.name ?? "");

  if (loaded.error instanceof Failure && loaded.error.status === 404) return html`<${Missing} />`;
  if (!loaded.data) {
    // The document is opened at once, without waiting for what there is to say of it.
    return html`<div class="document">
      <div class="document-head"></div>
      <div class="document-view"><${Viewer} key=${reading} source=${source} turned=${turned} /></div>
      <div class="document-about">${loaded.error ? html`<${Trouble} error=${loaded.error} retry=${loaded.reload} />` : html`<${Waiting} />`}</div>
    </div>`;
  }
  const { name, role } = loaded.data;
  const edits = role ? role !== "reader" : may("editor");
  const remarks = entry.losses.length + entry.warnings.length + entry.quality_reasons.length + (entry.last_error ? 1 : 0);
  /** @param {Partial<import("../../components/viewer/source.js").Source>} place */
  const showPlace = (place) => show({ file_id: file, vector_store_id: store, filename: name, ...place });
  /** @type {{name: Part, label: string}[]} */
  const tabs = [
    { name: "remarks", label: remarks ? say("many", { count: remarks }) : say("remarks") },
    { name: "read", label: say("read") },
    { name: "chunks", label: say("chunks") },
    { name: "attributes", label: say("attributes") },
  ];
  if (edits) tabs.push({ name: "history", label: say("history") });
  const parts = {
    remarks: () => html`<${Remarks} entry=${entry} />`,
    read: () => html`<${ReadBlocks} key=${entry.status} file=${file} page=${page} showPlace=${showPlace} />`,
    chunks: () => html`<${Chunks} key=${entry.status} store=${store} file=${file} showPlace=${showPlace} />`,
    attributes: () => html`<${Attributes} entry=${entry} edits=${edits} changed=${loaded.reload} />`,
    history: () => html`<${FileHistory} key=${entry.status} file=${file} />`,
  };
  return html`<div class="document">
    <${DocumentHead} store=${loaded.data.store} entry=${entry} name=${name} edits=${edits} changed=${loaded.reload} />
    <div class="document-view"><${Viewer} key=${reading} source=${source} turned=${turned} /></div>
    <div class="document-about">
      <${Standing} entry=${entry} edits=${edits} changed=${loaded.reload} />
      <${Tabs} label=${say("about")} tabs=${tabs} shown=${part} show=${choose}>${parts[part]()}</${Tabs}>
    </div>
  </div>`;
}

/** @param {string} store @param {string} file @param {Record<string, string>} query @returns {import("../../components/viewer/source.js").Source} */
function sourceOf(store, file, query) {
  return { ...placeOf(query), file_id: file, vector_store_id: store };
}

/** @param {string} store @param {string} file @param {AbortSignal} signal */
async function documentOf(store, file, signal) {
  const base = `/v1/vector_stores/${encodeURIComponent(store)}`;
  const [entry, about, found] = await Promise.all([
    call("GET", `${base}/files/${encodeURIComponent(file)}`, undefined, signal),
    call("GET", base, undefined, signal),
    call("GET", `/v1/files/${encodeURIComponent(file)}`, undefined, signal),
  ]);
  return { entry: { ...entry, bytes: found.bytes }, name: found.filename, store: about, role: about.role };
}
