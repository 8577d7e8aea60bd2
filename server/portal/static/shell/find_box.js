import { Icon } from "../components/icon.js";
import { words } from "../core/language.js";
import { html, useLocation, useRef } from "../libraries/preact.js";

const say = words({ find: "Find anything" }, { find: "查找" });

/** The box that finds; what it finds shows on the page /find. */
export function FindBox() {
  const { route } = useLocation();
  const input = useRef(/** @type {HTMLInputElement | null} */ (null));
  /** @param {Event} event */
  function go(event) {
    event.preventDefault();
    route(`/find?q=${encodeURIComponent(input.current?.value ?? "")}`);
  }
  return html`<form class="find-box" role="search" onSubmit=${go}>
    <${Icon} name="Search" /><input ref=${input} type="search" aria-label=${say("find")} placeholder=${say("find")} />
  </form>`;
}
