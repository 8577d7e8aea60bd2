import { Button } from "../../components/button.js";
import { Icon } from "../../components/icon.js";
import { Trouble } from "../../components/trouble.js";
import { ACCEPT } from "../../components/uploads/formats.js";
import { chosen, dropped } from "../../components/uploads/picked.js";
import { enqueue } from "../../components/uploads/uploads.js";
import { call } from "../../core/api.js";
import { words } from "../../core/language.js";
import { useLoaded } from "../../core/loading.js";
import { html, useRef, useState } from "../../libraries/preact.js";
import { Reading } from "./reading.js";

const say = words(
  { why: "PDF, Word, Excel, PowerPoint, pictures, web pages, text. Everything stays on this machine.", choose: "Choose files", drop: "or drop them here", samples: "Use the sample documents instead", next: "Go on", store: "Documents" },
  { why: "支持 PDF、Word、Excel、PowerPoint、图片、网页和文本。所有内容都保留在本机。", choose: "选择文件", drop: "或拖放到此处", samples: "改用示例文档", next: "继续", store: "文档" },
);

/**
 * Takes the first files into a store of their own, and waits with the reader until they are read.
 * @param {{progress: import("./progress.js").Progress, go: (progress: import("./progress.js").Progress) => void}} props
 */
export function FirstFile({ progress, go }) {
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  const [busy, setBusy] = useState(false);
  const [isOver, setOver] = useState(false);
  const samples = useLoaded(async (signal) => (await call("GET", "/v1/vector_stores?limit=100", undefined, signal)).data.find((/** @type {{name: string}} */ one) => one.name === "samples"), []);

  /** @param {import("../../components/uploads/picked.js").Picked[]} files */
  async function take(files) {
    if (!files.length || busy) return;
    setBusy(true);
    setError(null);
    try {
      const store = progress.store ?? (await call("POST", "/v1/vector_stores", { name: say("store") }));
      go({ ...progress, step: 1, store: { id: store.id, name: store.name } });
      enqueue(files, store);
    } catch (failure) {
      setError(/** @type {Error} */ (failure));
    }
    setBusy(false);
  }
  /** @param {DragEvent} event @param {boolean} over */
  const drag = (event, over) => {
    event.preventDefault();
    setOver(over);
  };

  return html`<p>${say("why")}</p>
    <div class="stack">
      ${error && html`<${Trouble} error=${error} />`}
      <div class=${`drop ${isOver ? "over" : ""}`} onDragOver=${(/** @type {DragEvent} */ event) => drag(event, true)} onDragLeave=${(/** @type {DragEvent} */ event) => drag(event, false)}
        onDrop=${(/** @type {DragEvent} */ event) => { drag(event, false); if (event.dataTransfer) dropped(event.dataTransfer).then(take); }}>
        <${Icon} name="Upload" size=${28} />
        <${Button} label=${say("choose")} kind=${progress.store ? "" : "primary"} busy=${busy} act=${() => input.current?.click()} />
        <span class="soft">${say("drop")}</span>
        <input ref=${input} type="file" multiple hidden accept=${ACCEPT} aria-label=${say("choose")} onChange=${(/** @type {Event} */ event) => take(chosen(/** @type {FileList} */ (/** @type {HTMLInputElement} */ (event.target).files)))} />
      </div>
      ${progress.store && html`<${Reading} store=${progress.store} ready=${() => go({ ...progress, step: 2 })} />`}
      ${samples.data && !progress.store && html`<p><${Button} label=${say("samples")} kind="plain" act=${() => go({ ...progress, step: 2, store: { id: samples.data.id, name: samples.data.name } })} /></p>`}
    </div>`;
}
