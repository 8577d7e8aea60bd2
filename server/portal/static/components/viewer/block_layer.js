import { everything } from "../../core/api.js";
import { words } from "../../core/language.js";
import { useLoaded } from "../../core/loading.js";
import { html, useState } from "../../libraries/preact.js";
import { Dialog } from "../dialog.js";
import { Trouble } from "../trouble.js";
import { ElementBlock } from "./element_block.js";
import { kindOf } from "./kinds.js";
import { boxStyle } from "./page_sheet.js";
import { DOUBTFUL, address } from "./source.js";

const say = words({ read: "What was read here" }, { read: "此处读取的内容" });

/**
 * What was read of a page, outlined on it; a press on a block shows its text or its table.
 * @param {{file: string, page: number}} props
 */
export function BlockLayer({ file, page }) {
  const [opened, open] = useState(/** @type {import("./source.js").Element | null} */ (null));
  const { data, error, reload } = useLoaded(() => everything(address(file, `elements?page=${page}`), 500), [file, page]);
  if (error) return html`<div class="viewer-trouble"><${Trouble} error=${error} retry=${reload} /></div>`;
  /** @type {import("./source.js").Element[]} */
  const blocks = (data ?? []).filter((one) => one.bbox);
  return html`${blocks.map(
    (block) => html`<button type="button" class=${`viewer-block ${block.rows.length ? "table" : ""} ${isDoubtful(block) ? "doubtful" : ""}`} style=${boxStyle(/** @type {number[]} */ (block.bbox))}
      title=${kindOf(block)} aria-label=${`${kindOf(block)}: ${block.text.slice(0, 80)}`} onClick=${() => open(block)}></button>`,
  )}
  ${opened && html`<${Dialog} title=${say("read")} wide close=${() => open(null)}><${ElementBlock} element=${opened} /></${Dialog}>`}`;
}

/** @param {import("./source.js").Element} element */
function isDoubtful(element) {
  return element.hidden || (element.confidence !== null && element.confidence < DOUBTFUL);
}
