import { count, words } from "../../core/language.js";
import { html, useEffect, useState } from "../../libraries/preact.js";
import { Empty } from "../empty.js";
import { SheetGrid } from "./sheet_grid.js";

const say = words(
  { sheets: "Sheets", rows: "{count} rows", none: "Nothing was read of this workbook.", only: "Table" },
  { sheets: "工作表", rows: "{count} 行", none: "该工作簿中没有读取到内容。", only: "表格" },
);

/**
 * A workbook, one sheet at a time.
 * @param {{view: import("./source.js").View, source: import("./source.js").Source}} props
 */
export function SheetView({ view, source }) {
  /** @type {import("./source.js").SheetSize[]} */
  const sheets = view.data;
  const cited = Math.max(0, sheets.findIndex((one) => one.sheet === (source.sheet ?? null)));
  const [number, show] = useState(cited);
  useEffect(() => show(cited), [source]);
  if (!sheets.length) return html`<${Empty} icon="FileSpreadsheet" title=${say("none")} />`;
  const sheet = sheets[Math.min(number, sheets.length - 1)];
  const name = sheet.sheet ?? say("only");
  return html`<div class="viewer-body">
    <div class="viewer-bar">
      ${sheets.length > 1
        ? html`<select aria-label=${say("sheets")} value=${number} onChange=${(/** @type {any} */ event) => show(Number(event.target.value))}>
            ${sheets.map((one, place) => html`<option value=${place} selected=${place === number}>${one.sheet ?? say("only")}</option>`)}
          </select>`
        : html`<span class="strong">${name}</span>`}
      <span class="viewer-gap"></span>
      <span class="soft small">${say("rows", { count: count(sheet.rows) })}</span>
    </div>
    <${SheetGrid} key=${`${view.file_id}/${number}`} file=${view.file_id} sheet=${sheet} name=${name} source=${number === cited ? source : undefined} />
  </div>`;
}
