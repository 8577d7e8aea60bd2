import { Icon } from "../../components/icon.js";
import { words } from "../../core/language.js";
import { useOutside } from "../../core/outside.js";
import { html, useEffect, useId, useRef, useState } from "../../libraries/preact.js";
import { MOST_STORES } from "./use_choice.js";

const say = words(
  { all: "All documents", some: "{name} and {more} more", label: "Stores to search: {shown}", choose: "Search in", every: "All of them", most: "At most {most} at once.", empty: "empty" },
  { all: "全部文档", some: "{name} 等 {more} 个", label: "要搜索的文档库：{shown}", choose: "搜索范围", every: "全部", most: "一次最多 {most} 个。", empty: "空" },
);

/**
 * Chooses which stores are searched: one at least.
 * @param {{stores: import("./use_choice.js").Store[], chosen: string[], choose: (ids: string[]) => void}} props
 */
export function StoreChoice({ stores, chosen, choose }) {
  const [isOpen, open] = useState(false);
  const place = useRef(/** @type {HTMLDivElement | null} */ (null));
  const opener = useRef(/** @type {HTMLButtonElement | null} */ (null));
  const id = useId();
  useEffect(() => {
    if (isOpen) place.current?.querySelector("input")?.focus();
  }, [isOpen]);
  useOutside(isOpen, place, () => open(false));

  /** @param {KeyboardEvent} event */
  function key(event) {
    if (event.key !== "Escape" || !isOpen) return;
    event.stopPropagation();
    open(false);
    opener.current?.focus();
  }
  /** @param {string} store */
  const turn = (store) => choose(chosen.includes(store) ? chosen.filter((one) => one !== store) : [...chosen, store]);
  const names = stores.filter((store) => chosen.includes(store.id)).map((store) => store.name);
  const isAll = chosen.length === stores.length;
  const shown = isAll && stores.length > 1 ? say("all") : names.length > 1 ? say("some", { name: names[0], more: names.length - 1 }) : (names[0] ?? "");
  return html`<div class="store-choice" ref=${place} onKeyDown=${key}>
    <button ref=${opener} type="button" class="button plain" aria-expanded=${isOpen} aria-controls=${id} aria-label=${say("label", { shown })} onClick=${() => open(!isOpen)}>
      <${Icon} name="BookOpen" size=${16} /><span class="cut">${shown}</span><${Icon} name="ChevronDown" size=${14} />
    </button>
    <fieldset id=${id} class="choices store-list" hidden=${!isOpen}>
      <legend>${say("choose")}</legend>
      ${stores.length > 1 && stores.length <= MOST_STORES && html`<label class="strong"><input type="checkbox" checked=${isAll} disabled=${isAll} onChange=${() => choose(stores.map((store) => store.id))} />${say("every")}</label>`}
      ${stores.map((store) => html`<label key=${store.id}>
        <input type="checkbox" checked=${chosen.includes(store.id)} disabled=${chosen.includes(store.id) ? chosen.length === 1 : chosen.length >= MOST_STORES} onChange=${() => turn(store.id)} />
        <span class="cut">${store.name}</span>${!store.file_counts.completed && html`<span class="badge">${say("empty")}</span>`}
      </label>`)}
      ${stores.length > MOST_STORES && html`<p class="soft small">${say("most", { most: MOST_STORES })}</p>`}
    </fieldset>
  </div>`;
}
