import { html } from "../../../libraries/preact.js";

/** To come. */
export default function Section() {
  return html`<p>feedback</p>`;
}
