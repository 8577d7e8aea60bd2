import { Button } from "../../components/button.js";
import { Icon } from "../../components/icon.js";
import { ACCEPT } from "../../components/uploads/formats.js";
import { chosen } from "../../components/uploads/picked.js";
import { words } from "../../core/language.js";
import { html, useLocation, useRef } from "../../libraries/preact.js";
import { StoreMenu } from "./store_menu.js";
import { mayEdit } from "./stores.js";

const say = words(
  { all: "All stores", files: "Upload files", folder: "Upload a folder", shared: "For everybody", chosen: "For chosen people", reader: "You may read and ask" },
  { all: "全部文档库", files: "上传文件", folder: "上传文件夹", shared: "所有人可用", chosen: "仅限指定人员", reader: "您可以阅读和提问" },
);

/**
 * What the store is, and how files get into it.
 * @param {{store: import("./stores.js").Store, changed: () => void, add: (files: import("../../components/uploads/picked.js").Picked[]) => Promise<void>}} props
 */
export function StoreHead({ store, changed, add }) {
  const { route } = useLocation();
  const files = useRef(/** @type {HTMLInputElement | null} */ (null));
  const folder = useRef(/** @type {HTMLInputElement | null} */ (null));
  /** @param {Event} event */
  async function take(event) {
    const input = /** @type {HTMLInputElement} */ (event.target);
    const picked = input.files ? chosen(input.files) : [];
    input.value = ""; // so that the same file can be chosen again
    await add(picked);
  }
  return html`<header class="store-head">
    <a class="back small" href="/documents"><${Icon} name="ArrowLeft" size=${16} />${say("all")}</a>
    <div class="store-title"><div class="store-name"><h1><bdi>${store.name}</bdi></h1>
        ${store.description && html`<p class="store-about"><bdi>${store.description}</bdi></p>`}
        <p class="badges"><span class="badge"><${Icon} name=${store.shared ? "Globe" : "Lock"} size=${14} />${say(store.shared ? "shared" : "chosen")}</span>
          ${store.role === "reader" && html`<span class="badge"><${Icon} name="Eye" size=${14} />${say("reader")}</span>`}</p></div>
      <div class="store-deeds">
        ${mayEdit(store) && html`<${Button} label=${say("files")} icon="Upload" kind="primary" act=${() => files.current?.click()} />
          <${Button} label=${say("folder")} icon="FolderUp" act=${() => folder.current?.click()} />
          <input ref=${files} type="file" multiple hidden accept=${ACCEPT} aria-label=${say("files")} onChange=${take} />
          <input ref=${folder} type="file" webkitdirectory hidden aria-label=${say("folder")} onChange=${take} />`}
        <${StoreMenu} store=${store} changed=${changed} gone=${() => route("/documents")} />
      </div></div>
  </header>`;
}
