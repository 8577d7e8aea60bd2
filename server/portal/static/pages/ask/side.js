import { Button } from "../../components/button.js";
import { words } from "../../core/language.js";
import { html, useEffect, useRef, useState } from "../../libraries/preact.js";
import { Conversations } from "./conversations.js";

const say = words({ show: "Show the conversations", begin: "New conversation", title: "Conversations" }, { show: "展开对话列表", begin: "新对话", title: "对话" });
const KEPT = "lectern.ask.side";
const NARROW = matchMedia("(max-width: 62rem)");

/**
 * Where the conversations stand: at the side, unless folded; on a narrow screen in a drawer.
 * @param {{shown: string | undefined, fresh: string | undefined, version: number, choose: (id: string | undefined) => void, gone: (id: string) => void}} props
 */
export function Side({ choose, ...rest }) {
  const [narrow, setNarrow] = useState(NARROW.matches);
  const [folded, setFolded] = useState(localStorage.getItem(KEPT) === "folded");
  const [drawn, draw] = useState(false);
  const drawer = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    const heed = () => setNarrow(NARROW.matches);
    NARROW.addEventListener("change", heed);
    return () => NARROW.removeEventListener("change", heed);
  }, []);
  useEffect(() => {
    if (drawn) drawer.current?.showModal();
  }, [drawn]);
  /** @param {boolean} whether */
  function fold(whether) {
    setFolded(whether);
    localStorage.setItem(KEPT, whether ? "folded" : "open");
  }
  /** @param {string | undefined} id */
  function chooseAndClose(id) {
    draw(false);
    choose(id);
  }
  /** @param {Event} event */
  const press = (event) => {
    if (event.target === drawer.current) draw(false);
  };
  if (!narrow && !folded) return html`<div class="side"><${Conversations} ...${rest} choose=${choose} hide=${() => fold(true)} /></div>`;
  return html`<div class="side folded">
    <${Button} label=${say("show")} icon="LayoutList" kind="plain" quiet act=${() => (narrow ? draw(true) : fold(false))} />
    <${Button} label=${say("begin")} icon="Plus" kind="plain" quiet act=${() => choose(undefined)} />
    ${narrow && drawn && html`<dialog ref=${drawer} class="drawer" aria-label=${say("title")} onCancel=${() => draw(false)} onClose=${() => draw(false)} onMouseDown=${press}>
      <${Conversations} ...${rest} choose=${chooseAndClose} hide=${() => draw(false)} />
    </dialog>`}
  </div>`;
}
