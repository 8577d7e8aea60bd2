import { Empty } from "../../components/empty.js";
import { Trouble } from "../../components/trouble.js";
import { call } from "../../core/api.js";
import { words } from "../../core/language.js";
import { useLoaded } from "../../core/loading.js";
import { may } from "../../core/session.js";
import { html } from "../../libraries/preact.js";

const say = words(
  {
    title: "What would you like to know?", help: "Answers come from your documents, with the page or the cells they came from.", examples: "For example",
    about: "What do the documents say about “{heading}”?", none: "There are no documents to ask yet", make: "Upload documents, then ask about them here.", upload: "Upload documents",
    wait: "Nobody has shared documents with you yet. Ask your administrator, or a colleague who has some.", empty: "These stores hold nothing that can be read yet", reading: "Documents are being read. You can ask as soon as the first is ready.",
  },
  {
    title: "您想了解什么？", help: "回答来自您的文档，并注明所在的页面或单元格。", examples: "例如",
    about: "文档中关于“{heading}”是怎么说的？", none: "还没有可以提问的文档", make: "上传文档后即可在此提问。", upload: "上传文档",
    wait: "还没有人与您共享文档。请联系管理员或拥有文档的同事。", empty: "这些文档库中还没有可读取的内容", reading: "正在读取文档，第一个文档就绪后即可提问。",
  },
);
const MOST = 4;
const LONGEST = 60;

/**
 * What stands where nothing was asked yet: questions about what the documents have headings for, or what to do first.
 * @param {{choice: import("./use_choice.js").Choosing, ask: (question: string) => void}} props
 */
export function Starters({ choice, ask }) {
  const { stores, chosen } = choice;
  const ready = (stores ?? []).filter((store) => chosen.includes(store.id) && store.file_counts.completed > 0);
  const found = useLoaded((signal) => (ready.length ? headingsOf(ready[0].id, signal) : Promise.resolve([])), [ready[0]?.id]);
  if (choice.error && !stores) return html`<h1 class="offscreen">${say("title")}</h1><${Trouble} error=${choice.error} retry=${choice.reload} />`;
  if (!stores) return null;
  const upload = may("editor") && html`<a class="button primary" href="/documents">${say("upload")}</a>`;
  if (!stores.length) return html`<h1 class="offscreen">${say("title")}</h1><${Empty} icon="BookOpen" title=${say("none")}><p>${say(may("editor") ? "make" : "wait")}</p>${upload}</${Empty}>`;
  if (!ready.length) {
    const reading = stores.some((store) => store.file_counts.in_progress);
    return html`<h1 class="offscreen">${say("title")}</h1><${Empty} icon="BookOpen" title=${say("empty")}><p>${say(reading ? "reading" : may("editor") ? "make" : "wait")}</p>${!reading && upload}</${Empty}>`;
  }
  return html`<div class="starters">
    <h1>${say("title")}</h1>
    <p class="soft">${say("help")}</p>
    <div class="starter-list" role="group" aria-label=${say("examples")}>
      ${(found.data ?? []).map((heading) => html`<button type="button" class="starter" onClick=${() => ask(say("about", { heading }))}>${say("about", { heading })}</button>`)}
    </div>
  </div>`;
}

/** A few headings of the files that came last into a store, one of each. @param {string} store @param {AbortSignal} signal @returns {Promise<string[]>} */
async function headingsOf(store, signal) {
  const base = `/v1/vector_stores/${encodeURIComponent(store)}/files`;
  const files = (await call("GET", `${base}?filter=completed&limit=${MOST}`, undefined, signal)).data;
  const chunks = await Promise.all(files.map((/** @type {{id: string}} */ file) => call("GET", `${base}/${encodeURIComponent(file.id)}/chunks?limit=5`, undefined, signal).catch(() => ({ data: [] }))));
  const headings = chunks.map(({ data }) => data.map((/** @type {{headings?: string[]}} */ chunk) => chunk.headings?.at(-1) ?? "").find((/** @type {string} */ heading) => heading && heading.length <= LONGEST));
  return [...new Set(headings.filter(Boolean))].map(String);
}
