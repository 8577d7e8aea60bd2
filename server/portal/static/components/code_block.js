import { copy as copyText } from "../core/clipboard.js";
import { words } from "../core/language.js";
import { html } from "../libraries/preact.js";
import { Button } from "./button.js";
import { tell } from "./notices.js";

const say = words({ copy: "Copy code", copied: "Copied" }, { copy: "复制代码", copied: "已复制" });

/**
 * Code as it stands, with a button that copies it.
 * @param {{text: string, language?: string}} props
 */
export function CodeBlock({ text, language = "" }) {
  const copy = async () => {
    await copyText(text);
    tell(say("copied"));
  };
  return html`<div class="code-block">
    <header><span>${language}</span><${Button} label=${say("copy")} icon="Copy" kind="plain" quiet act=${copy} /></header>
    <pre tabindex="0"><code>${text}</code></pre>
  </div>`;
}
