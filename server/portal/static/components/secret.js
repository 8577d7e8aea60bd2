import { copy } from "../core/clipboard.js";
import { words } from "../core/language.js";
import { html } from "../libraries/preact.js";
import { Button } from "./button.js";
import { tell } from "./notices.js";

const say = words({ copy: "Copy", copied: "Copied" }, { copy: "复制", copied: "已复制" });

/** Something that is shown this once, to be taken along. @param {{label: string, text: string}} props */
export function Secret({ label, text }) {
  const take = async () => {
    await copy(text);
    tell(say("copied"));
  };
  return html`<div class="secret">
    <code tabindex="0" role="group" aria-label=${label}>${text}</code>
    <${Button} label=${say("copy")} icon="Copy" act=${take} />
  </div>`;
}
