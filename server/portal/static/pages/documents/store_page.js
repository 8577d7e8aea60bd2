import { AccessDialog } from "../../components/access/access_dialog.js";
import { tell, tellTrouble } from "../../components/notices.js";
import { Pager } from "../../components/pager.js";
import { Trouble } from "../../components/trouble.js";
import { useAdding } from "../../components/uploads/adding.js";
import { Waiting } from "../../components/waiting.js";
import { call, everything } from "../../core/api.js";
import { count, words } from "../../core/language.js";
import { useLoaded, useTitle } from "../../core/loading.js";
import { html, useLocation, useState } from "../../libraries/preact.js";
import { AttributeForm } from "./attribute_form.js";
import { BulkBar } from "./bulk_bar.js";
import { DeleteFiles } from "./delete_files.js";
import { DropPlace } from "./drop_place.js";
import { FileTable } from "./file_table.js";
import { FileTools } from "./file_tools.js";
import { MoveFiles } from "./move_files.js";
import { NoFiles } from "./no_files.js";
import { PasswordForm } from "./password_form.js";
import { StoreHead } from "./store_head.js";
import { inSlices, mayEdit, pathOf } from "./stores.js";
import { useSelection } from "./use_selection.js";
import { useStoreFiles } from "./use_store_files.js";

const say = words({ again: "Being read again: {number}" }, { again: "正在重新读取：{number} 个" });

/** @typedef {import("./stores.js").StoreFile} StoreFile */
/** @typedef {import("./use_store_files.js").View} View */

/** One store: its files, and how they stand. @param {{id: string}} props */
export function StorePage({ id }) {
  const { data: store, error, reload } = useLoaded((signal) => /** @type {Promise<import("./stores.js").Store>} */ (call("GET", pathOf(id), undefined, signal)), [id]);
  useTitle(store?.name ?? "");
  if (store) return html`<${Shown} store=${store} changed=${reload} />`;
  return html`<div class="page">${error ? html`<${Trouble} error=${error} retry=${reload} />` : html`<${Waiting} />`}</div>`;
}

/** @param {{store: import("./stores.js").Store, changed: () => void}} props */
function Shown({ store, changed }) {
  const { query } = useLocation();
  const [view, setView] = useState(/** @type {View} */ ({ q: "", filter: query.filter ?? "", sort: "created_at", order: "desc" }));
  const [doing, start] = useState(/** @type {{deed: import("./file_row.js").Deed, files: StoreFile[]} | null} */ (null));
  const files = useStoreFiles(store.id, view);
  const selection = useSelection();
  const adding = useAdding({ id: store.id, name: store.name });
  const isNarrowed = view.q !== "" || view.filter !== "";

  /** @param {Partial<View>} change */
  function look(change) {
    if (Object.entries(change).some(([name, value]) => view[/** @type {keyof View} */ (name)] !== value)) setView({ ...view, ...change });
  }
  async function selectEvery() {
    const given = new URLSearchParams(Object.entries(view).filter(([, value]) => value));
    selection.all(await everything(`${pathOf(store.id)}/files?${given}`, 1000), true);
  }
  function done() {
    selection.clear();
    files.reload();
  }
  /** @param {import("./file_row.js").Deed} deed @param {StoreFile[]} some */
  async function act(deed, some) {
    if (deed !== "again") {
      start({ deed, files: some });
      return;
    }
    try {
      await inSlices(some.map((one) => one.id), (file_ids) => call("POST", `${pathOf(store.id)}/file_batches`, { file_ids, priority: "interactive" }));
      tell(say("again", { number: count(some.length) }));
      done();
    } catch (error) {
      tellTrouble(error);
    }
  }

  const close = () => start(null);
  const page = html`<div class="page documents store">
    <${StoreHead} store=${store} changed=${changed} add=${adding.add} />
    ${(files.rows?.length !== 0 || isNarrowed || files.number > 1) && html`<${FileTools} view=${view} look=${look} counts=${files.counts} />`}
    <${BulkBar} selection=${selection} total=${files.counts?.total ?? 0} selectEvery=${selectEvery} act=${act} />
    ${files.error && html`<${Trouble} error=${files.error} retry=${files.reload} />`}
    ${!files.rows && !files.error && html`<${Waiting} />`}
    ${files.rows && files.rows.length > 0 && html`<${FileTable} store=${store} rows=${files.rows} view=${view} look=${look} selection=${selection} act=${act} />`}
    ${files.rows?.length === 0 && html`<${NoFiles} store=${store} isNarrowed=${isNarrowed} />`}
    <${Pager} pages=${files} />
    ${adding.dialogs}
    ${doing?.deed === "remove" && html`<${DeleteFiles} store=${store.id} files=${doing.files} close=${close} done=${done} />`}
    ${doing?.deed === "move" && html`<${MoveFiles} store=${store} files=${doing.files} close=${close} done=${done} />`}
    ${doing?.deed === "attribute" && html`<${AttributeForm} store=${store.id} files=${doing.files} close=${close} done=${done} />`}
    ${doing?.deed === "password" && html`<${PasswordForm} store=${store.id} file=${doing.files[0]} close=${close} done=${done} />`}
    ${doing?.deed === "access" && html`<${AccessDialog} kind="file" id=${doing.files[0].id} name=${doing.files[0].filename} close=${close} />`}
  </div>`;
  return mayEdit(store) ? html`<${DropPlace} add=${adding.add} name=${store.name}>${page}</${DropPlace}>` : page;
}
