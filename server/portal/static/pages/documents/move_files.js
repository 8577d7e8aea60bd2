import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Field } from "../../components/field.js";
import { tell } from "../../components/notices.js";
import { Progress } from "../../components/progress.js";
import { Trouble } from "../../components/trouble.js";
import { Waiting } from "../../components/waiting.js";
import { call, everything } from "../../core/api.js";
import { count, words } from "../../core/language.js";
import { useLoaded } from "../../core/loading.js";
import { html, useState } from "../../libraries/preact.js";
import { inSlices, mayEdit, pathOf } from "./stores.js";

const say = words(
  {
    one: "Move “{name}”", many: "Move {number} documents", to: "To", keep: "Keep them in “{store}” as well", move: "Move", copy: "Put there, too", cancel: "Cancel", none: "There is no other store that you may change.",
    help: "They are read anew there, and answer from there once that is done.", done: "On the way into “{store}”: {number}", progress: "Moving",
  },
  {
    one: "移动“{name}”", many: "移动 {number} 个文档", to: "目标文档库", keep: "同时保留在“{store}”中", move: "移动", copy: "同时放入", cancel: "取消", none: "没有其他您可以更改的文档库。",
    help: "文档会在那里重新读取，完成后即可用于回答。", done: "正在放入“{store}”：{number} 个", progress: "正在移动",
  },
);

/** @typedef {import("./stores.js").Store} Store */

/**
 * Moves files to another store: first into that one, then out of this one, so that none is ever in neither.
 * @param {{store: Store, files: import("./stores.js").StoreFile[], close: () => void, done: () => void}} props
 */
export function MoveFiles({ store, files, close, done }) {
  const [target, aim] = useState("");
  const [keep, setKeep] = useState(false);
  const [moved, setMoved] = useState(/** @type {number | null} */ (null));
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  const stores = useLoaded(async () => (await everything("/v1/vector_stores")).filter((/** @type {Store} */ one) => one.id !== store.id && mayEdit(one)), [store.id]);
  const to = stores.data?.find((one) => one.id === target) ?? stores.data?.[0];

  async function move() {
    setError(null);
    try {
      await inSlices(
        files,
        async (some) => {
          await call("POST", `${pathOf(to.id)}/file_batches`, { files: some.map(({ id, attributes }) => ({ file_id: id, attributes })) });
          if (!keep) await call("POST", `${pathOf(store.id)}/files/detach`, { file_ids: some.map((one) => one.id) });
        },
        setMoved,
        200,
      );
      tell(say("done", { number: count(files.length), store: to.name }));
      close();
      done();
    } catch (failure) {
      setError(/** @type {Error} */ (failure));
    }
  }

  const title = files.length === 1 ? say("one", { name: files[0].filename }) : say("many", { number: count(files.length) });
  const actions = html`<${Button} label=${say("cancel")} act=${close} /><${Button} label=${say(keep ? "copy" : "move")} kind="primary" disabled=${!to} act=${move} />`;
  return html`<${Dialog} title=${title} close=${close} actions=${actions}>
    ${(error ?? stores.error) && html`<${Trouble} error=${error ?? stores.error} />`}
    ${!stores.data && !stores.error && html`<${Waiting} />`}
    ${stores.data?.length === 0 && html`<p>${say("none")}</p>`}
    ${to && html`<div class="stack"><${Field} label=${say("to")} as="select" help=${say("help")} onChange=${(/** @type {Event} */ event) => aim(/** @type {HTMLSelectElement} */ (event.target).value)}>
        ${stores.data?.map((one) => html`<option value=${one.id} selected=${one.id === to.id}>${one.name}</option>`)}</${Field}>
      <label class="check"><input type="checkbox" checked=${keep} onChange=${() => setKeep(!keep)} /> ${say("keep", { store: store.name })}</label></div>`}
    ${moved !== null && !error && html`<${Progress} label=${say("progress")} done=${moved} total=${files.length} />`}
  </${Dialog}>`;
}
