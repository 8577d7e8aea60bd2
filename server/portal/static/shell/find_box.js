import { Icon } from "../components/icon.js";
import { groupsOf } from "../components/found/groups.js";
import { wantSettings } from "../components/found/settings.js";
import { useFound } from "../components/found/use_found.js";
import { told } from "../components/trouble.js";
import { words } from "../core/language.js";
import { html, useEffect, useId, useLocation, useRef, useState } from "../libraries/preact.js";

const say = words(
  { find: "Find anything", results: "What was found", all: "Show all for “{sought}”", nothing: "Nothing found", looking: "Looking …", keys: "Ctrl K" },
  { find: "查找", results: "查找结果", all: "显示“{sought}”的全部结果", nothing: "没有找到", looking: "正在查找……", keys: "Ctrl K" },
);
const MOST = 4;
const MOST_PLACES = 3;
const PLACES = new Set(["places", "settings"]);

/** @param {string} sought */
const wholePage = (sought) => `/find?q=${encodeURIComponent(sought)}`;

/**
 * The box that finds: what it finds shows below it while one types; see
 * https://www.w3.org/WAI/ARIA/apg/patterns/combobox/.
 */
export function FindBox() {
  const { route, path } = useLocation();
  const [typed, type] = useState("");
  const [isOpen, open] = useState(false);
  const [active, activate] = useState(-1);
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  const place = useRef(/** @type {HTMLFormElement | null} */ (null));
  const id = useId();
  const sought = typed.trim();
  const found = useFound(isOpen ? sought : "", MOST);
  const groups = groupsOf(found, sought).map((group) => (PLACES.has(group.kind) ? { ...group, items: group.items.slice(0, MOST_PLACES) } : group));
  const hrefs = [...groups.flatMap((group) => group.items.map((item) => item.href)), wholePage(sought)];
  const shows = isOpen && sought !== "";

  useEffect(() => {
    /** @param {KeyboardEvent} event */
    const shortcut = (event) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    document.addEventListener("keydown", shortcut);
    return () => document.removeEventListener("keydown", shortcut);
  }, []);
  useEffect(() => {
    document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: "nearest" });
  }, [active]);

  /** @param {string} href */
  function go(href) {
    open(false);
    activate(-1);
    input.current?.blur();
    route(href);
  }

  /** @param {KeyboardEvent} event */
  function key(event) {
    if (event.isComposing) return;
    if (event.key === "Escape") {
      if (!shows) type("");
      open(false);
      activate(-1);
      event.preventDefault();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !sought) return;
    event.preventDefault();
    open(true);
    // One more place than there are results: the input itself.
    activate(((active + 1 + step + hrefs.length + 1) % (hrefs.length + 1)) - 1);
  }

  // The page that finds has a box of its own.
  if (path === "/find") return html`<div class="find-box"></div>`;

  let index = -1;
  /** @param {string} href @param {unknown} content @param {string} [extra] */
  const option = (href, content, extra = "") => {
    index += 1;
    return html`<a href=${href} key=${index} id=${`${id}-${index}`} role="option" tabindex="-1" class=${`found-item ${extra}`} aria-selected=${index === active}
      onMouseDown=${(/** @type {Event} */ event) => event.preventDefault()} onClick=${() => { open(false); activate(-1); }}>${content}</a>`;
  };
  return html`<form class="find-box" role="search" ref=${place}
    onSubmit=${(/** @type {Event} */ event) => { event.preventDefault(); if (sought) go(hrefs[active] ?? wholePage(sought)); }}
    onFocusOut=${(/** @type {FocusEvent} */ event) => { if (!place.current?.contains(/** @type {Node | null} */ (event.relatedTarget))) open(false); }}>
    <${Icon} name="Search" />
    <input ref=${input} type="search" role="combobox" aria-label=${say("find")} placeholder=${say("find")} autocomplete="off" spellcheck=${false} value=${typed}
      aria-autocomplete="list" aria-expanded=${shows} aria-controls=${`${id}-list`} aria-activedescendant=${shows && active >= 0 ? `${id}-${active}` : undefined}
      onInput=${(/** @type {InputEvent} */ event) => { type(/** @type {HTMLInputElement} */ (event.target).value); activate(-1); open(true); }}
      onFocus=${() => { open(true); wantSettings(); }} onKeyDown=${key} />
    <kbd class="find-keys" aria-hidden="true">${say("keys")}</kbd>
    ${shows && html`<div class="find-panel">
      <p class="found-state" role="status">${found.error ? told(found.error) : !groups.length ? (found.looking || !found.came ? say("looking") : say("nothing")) : ""}</p>
      <div role="listbox" id=${`${id}-list`} aria-label=${say("results")}>
        ${groups.map(
          (group) => html`<div role="group" key=${group.kind} aria-labelledby=${`${id}-${group.kind}`}>
            <div class="found-group" id=${`${id}-${group.kind}`} role="presentation">${group.title}</div>
            ${group.items.map((item) => option(item.href, html`<${Icon} name=${item.icon} /><span class="found-words"><span class="found-title">${item.title}</span><span class="found-detail">${item.detail}</span></span>`))}
          </div>`,
        )}
        ${option(wholePage(sought), html`<${Icon} name="Search" /><span class="found-words">${say("all", { sought })}</span>`, "found-all")}
      </div>
    </div>`}
  </form>`;
}
