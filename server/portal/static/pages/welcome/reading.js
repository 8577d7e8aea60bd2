import { Button } from "../../components/button.js";
import { Icon } from "../../components/icon.js";
import { Progress } from "../../components/progress.js";
import { Trouble } from "../../components/trouble.js";
import { UploadRow } from "../../components/uploads/upload_row.js";
import { filed, uploads } from "../../components/uploads/uploads.js";
import { call } from "../../core/api.js";
import { words } from "../../core/language.js";
import { useLoaded } from "../../core/loading.js";
import { html } from "../../libraries/preact.js";

const say = words(
  { files: "Files", reading: "Being read", completed: "Ready", failed: "Could not be read: {why}", cancelled: "Stopped", next: "Go on", file: "File", sending: "On their way" },
  { files: "文件", reading: "正在读取", completed: "就绪", failed: "无法读取：{why}", cancelled: "已停止", next: "继续", file: "文件", sending: "正在上传" },
);

/** @typedef {{id: string, filename?: string, status: "in_progress" | "completed" | "failed" | "cancelled", last_error: {message: string} | null}} StoreFile */

/**
 * The files of a store while they are sent and read. `ready`: what to do once one can be asked.
 * @param {{store: {id: string, name: string}, ready: () => void}} props
 */
export function Reading({ store, ready }) {
  const loaded = useLoaded((signal) => call("GET", `/v1/vector_stores/${store.id}/files?limit=20`, undefined, signal), [store.id, filed.value], 1);
  const sending = uploads.value.filter((upload) => upload.store.id === store.id && upload.phase.value !== "done");
  const files = /** @type {StoreFile[]} */ (loaded.data?.data ?? []);
  const isReady = files.some((file) => file.status === "completed");
  return html`<div class="stack">
    ${loaded.error && html`<${Trouble} error=${loaded.error} retry=${loaded.reload} />`}
    ${sending.length > 0 && html`<ul class="reading" aria-label=${say("sending")}>${sending.map((upload) => html`<${UploadRow} key=${upload.id} upload=${upload} />`)}</ul>`}
    <ul class="reading" aria-label=${say("files")} aria-live="polite">${files.map((file) => html`<li key=${file.id}>
      <span class="strong">${file.filename ?? say("file")}</span>
      ${file.status === "in_progress" && html`<span class="soft small">${say("reading")}</span><${Progress} label=${say("reading")} />`}
      ${file.status === "completed" && html`<span class="badge good"><${Icon} name="Check" size=${14} />${say("completed")}</span>`}
      ${file.status === "failed" && html`<span class="error small">${say("failed", { why: file.last_error?.message ?? "" })}</span>`}
      ${file.status === "cancelled" && html`<span class="badge">${say("cancelled")}</span>`}
    </li>`)}</ul>
    ${isReady && html`<div><${Button} label=${say("next")} kind="primary" icon="ArrowRight" act=${ready} /></div>`}
  </div>`;
}
