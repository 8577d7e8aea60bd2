import { Button } from "../../components/button.js";
import { Empty } from "../../components/empty.js";
import { SearchField } from "../../components/search_field.js";
import { Trouble } from "../../components/trouble.js";
import { Waiting } from "../../components/waiting.js";
import { filed } from "../../components/uploads/uploads.js";
import { everything } from "../../core/api.js";
import { words } from "../../core/language.js";
import { useLoaded, useTitle } from "../../core/loading.js";
import { may } from "../../core/session.js";
import { html, useLocation, useState } from "../../libraries/preact.js";
import { StoreCard } from "./store_card.js";
import { StoreForm } from "./store_form.js";

const say = words(
  {
    title: "Documents", create: "New store", seek: "Find a store", none: "No store is called that.", empty: "No documents yet",
    teach: "Documents live in stores: one for each team or topic. Questions are answered from the stores that you choose, and each store has its own readers.",
    reader: "Nobody has shared documents with you yet. Ask an administrator or whoever keeps the documents.",
  },
  {
    title: "文档", create: "新建文档库", seek: "查找文档库", none: "没有这个名称的文档库。", empty: "还没有文档",
    teach: "文档存放在文档库中，可以按团队或主题建立。提问时可选择由哪些文档库回答，每个文档库都有自己的读者。",
    reader: "还没有人与您共享文档。请联系管理员或文档负责人。",
  },
);
const MANY = 8;
const BUSY = 3;
const CALM = 30;

/** The stores that the user may read, each with what is in it. */
export function StoresPage() {
  useTitle(say("title"));
  const { route } = useLocation();
  const [sought, seek] = useState("");
  const [isMaking, make] = useState(false);
  const [pace, setPace] = useState(CALM);
  const { data, error, reload } = useLoaded(async () => {
    const stores = /** @type {import("./stores.js").Store[]} */ (await everything("/v1/vector_stores"));
    setPace(stores.some((one) => one.file_counts.in_progress) ? BUSY : CALM);
    return stores;
  }, [filed.value], pace);
  const fold = (/** @type {string} */ text) => text.normalize("NFKC").toLowerCase();
  const shown = data?.filter((one) => fold(`${one.name} ${one.description ?? ""}`).includes(fold(sought)));
  return html`<div class="page documents">
    <header class="page-head"><h1>${say("title")}</h1>
      ${may("editor") && html`<${Button} label=${say("create")} icon="Plus" kind="primary" act=${() => make(true)} />`}</header>
    ${data && data.length > MANY && html`<${SearchField} label=${say("seek")} seek=${seek} />`}
    ${error && !data ? html`<${Trouble} error=${error} retry=${reload} />` : !data && html`<${Waiting} />`}
    ${data?.length === 0 && html`<${Empty} icon="BookOpen" title=${say("empty")}><p>${may("editor") ? say("teach") : say("reader")}</p></${Empty}>`}
    ${data && data.length > 0 && shown?.length === 0 && html`<p class="soft" role="status">${say("none")}</p>`}
    <ul class="stores">${shown?.map((store) => html`<${StoreCard} key=${store.id} store=${store} changed=${reload} />`)}</ul>
    ${isMaking && html`<${StoreForm} close=${() => make(false)} done=${(/** @type {import("./stores.js").Store} */ made) => route(`/documents/${made.id}`)} />`}
  </div>`;
}
