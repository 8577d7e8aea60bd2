import { Dialog } from "../../../components/dialog.js";
import { ICONS } from "../../../components/principal_picker.js";
import { Suggest } from "../../../components/suggest.js";
import { call } from "../../../core/api.js";
import { words } from "../../../core/language.js";
import { html, useLocation } from "../../../libraries/preact.js";

const say = words(
  { title: "Limit somebody", find: "A user, an API key or a document store", none: "Nothing of this name", user: "User", key: "API key", store: "Document store" },
  { title: "设置配额", find: "用户、API 密钥或文档库", none: "没有这个名称", user: "用户", key: "API 密钥", store: "文档库" },
);
const MOST = 6;

/** Finds whom to limit, and goes there. @param {{close: () => void}} props */
export function ChooseSubject({ close }) {
  const { route } = useLocation();
  /** @param {string} text @param {AbortSignal} signal */
  async function find(text, signal) {
    const sought = encodeURIComponent(text);
    const [people, stores] = await Promise.all([
      call("GET", `/v1/principals?kind=user&kind=key&limit=${MOST}&q=${sought}`, undefined, signal),
      call("GET", "/v1/vector_stores?limit=100", undefined, signal),
    ]);
    const named = stores.data.filter((/** @type {{name: string}} */ one) => one.name?.toLowerCase().includes(text.toLowerCase())).slice(0, MOST);
    return [
      ...people.data.map((/** @type {{id: string, name: string, kind: "user" | "key"}} */ one) => ({ id: one.id, name: one.name, icon: ICONS[one.kind], note: say(one.kind) })),
      ...named.map((/** @type {{id: string, name: string}} */ one) => ({ id: `store:${one.id}`, name: one.name, icon: /** @type {const} */ ("Folder"), note: say("store") })),
    ];
  }
  return html`<${Dialog} title=${say("title")} close=${close}>
    <${Suggest} label=${say("find")} none=${say("none")} find=${find} choose=${(/** @type {{id: string}} */ one) => route(`/admin/limits/${encodeURIComponent(one.id)}`)} />
  </${Dialog}>`;
}
