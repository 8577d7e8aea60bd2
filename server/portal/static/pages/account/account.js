import { html } from "../../libraries/preact.js";

/** To come. */
export default function Page() {
  return html`<div class="page"><h1>account</h1></div>`;
}
