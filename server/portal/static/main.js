import { html, render } from "./libraries/preact.js";
import { Portal } from "./shell/portal.js";

render(html`<${Portal} />`, /** @type {HTMLElement} */ (document.getElementById("portal")));
