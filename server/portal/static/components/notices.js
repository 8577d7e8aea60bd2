import { words } from "../core/language.js";
import { html, signal } from "../libraries/preact.js";
import { Button } from "./button.js";
import { told } from "./trouble.js";

const say = words({ dismiss: "Dismiss" }, { dismiss: "关闭提示" });
const SECONDS = 6;

/** @typedef {{id: number, text: string, bad: boolean}} Notice */

const notices = signal(/** @type {Notice[]} */ ([]));
let last = 0;

/** @param {number} id */
function dismiss(id) {
  notices.value = notices.value.filter((one) => one.id !== id);
}

/** Tells in a corner that something is done; it goes by itself. @param {string} text */
export function tell(text) {
  const id = ++last;
  notices.value = [...notices.value, { id, text, bad: false }];
  setTimeout(() => dismiss(id), SECONDS * 1000);
}

/** Tells in a corner that something did not work; it stays until it is dismissed. @param {unknown} error */
export function tellTrouble(error) {
  notices.value = [...notices.value, { id: ++last, text: told(/** @type {Error} */ (error)), bad: true }];
}

/** Where notices appear. */
export function Notices() {
  return html`<div class="notices" role="status" aria-live="polite">
    ${notices.value.map(
      ({ id, text, bad }) => html`<div key=${id} class=${`notice ${bad ? "bad" : ""}`}>
        <p>${text}</p><${Button} label=${say("dismiss")} icon="X" kind="plain" quiet act=${() => dismiss(id)} />
      </div>`,
    )}
  </div>`;
}
