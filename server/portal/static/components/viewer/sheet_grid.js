import { words } from "../../core/language.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../../libraries/preact.js";
import { Trouble } from "../trouble.js";
import { columnName, rangeOf } from "./cells.js";
import { useRows } from "./sheet_rows.js";
import { tells } from "./source.js";

const say = words(
  { grid: "Sheet {name}. Arrow keys move from cell to cell.", empty: "empty" },
  { grid: "工作表 {name}。使用方向键移动单元格。", empty: "空" },
);
const HIGH = 28;
const WIDE = 150;
const HEAD = 56; // how wide the numbers of rows are
const BEYOND = 6; // rows drawn outside of what is in sight

/** @typedef {{row: number, column: number}} Cell */

/**
 * A sheet as a grid of which only what is in sight is drawn, however long it is. The cells of the source are marked.
 * @param {{file: string, sheet: import("./source.js").SheetSize, name: string, source?: import("./source.js").Source}} props
 */
export function SheetGrid({ file, sheet, name, source }) {
  const stage = useRef(/** @type {HTMLDivElement | null} */ (null));
  const [sight, see] = useState({ top: 0, left: 0, height: 0, width: 0 });
  const range = rangeOf(source?.cells);
  const [active, setActive] = useState(/** @type {Cell} */ ({ row: range?.top ?? 1, column: range?.left ?? 1 }));
  const rows = useRows(file, sheet);
  const last = Math.max(sheet.rows, 1);
  const columns = Math.max(sheet.columns, 1);

  const first = Math.max(1, Math.floor(sight.top / HIGH) - BEYOND);
  const end = Math.min(last, Math.ceil((sight.top + sight.height) / HIGH) + BEYOND);
  const left = Math.max(1, Math.floor(sight.left / WIDE));
  const right = Math.min(columns, Math.ceil((sight.left + sight.width) / WIDE) + 1);
  useEffect(() => {
    if (sight.height) rows.want(first, end);
  }, [first, end, sight.height > 0]);

  useLayoutEffect(() => {
    const place = /** @type {HTMLDivElement} */ (stage.current);
    const look = () => see({ top: place.scrollTop, left: place.scrollLeft, height: place.clientHeight, width: place.clientWidth });
    const watching = new ResizeObserver(look);
    watching.observe(place);
    place.addEventListener("scroll", look, { passive: true });
    look();
    return () => {
      watching.disconnect();
      place.removeEventListener("scroll", look);
    };
  }, []);

  const quoted = quotedRow(rows, range, source?.quote);
  useEffect(() => {
    if (range) reveal({ row: quoted ?? range.top, column: range.left }, true);
  }, [source, quoted]);

  /** @param {Cell} cell @param {boolean} [centred] */
  function reveal(cell, centred = false) {
    const place = stage.current;
    setActive(cell);
    if (!place) return;
    const y = (cell.row - 1) * HIGH;
    const x = (cell.column - 1) * WIDE;
    if (centred) place.scrollTop = y - place.clientHeight / 3;
    else if (y < place.scrollTop) place.scrollTop = y;
    else if (y + 2 * HIGH > place.scrollTop + place.clientHeight) place.scrollTop = y + 2 * HIGH - place.clientHeight;
    if (x < place.scrollLeft) place.scrollLeft = x;
    else if (x + WIDE + HEAD > place.scrollLeft + place.clientWidth) place.scrollLeft = x + WIDE + HEAD - place.clientWidth;
  }

  /** @param {KeyboardEvent} event */
  function key(event) {
    const page = Math.max(1, Math.floor(sight.height / HIGH) - 2);
    /** @type {Record<string, [number, number]>} */
    const steps = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1], PageDown: [page, 0], PageUp: [-page, 0], Home: [-last, 0], End: [last, 0] };
    const step = steps[event.key];
    if (!step || event.altKey || event.metaKey) return;
    event.preventDefault();
    reveal({ row: Math.min(last, Math.max(1, active.row + step[0])), column: Math.min(columns, Math.max(1, active.column + step[1])) });
  }

  /** @type {number[]} */
  const drawn = [];
  for (let row = first; row <= end; row += 1) drawn.push(row);
  /** @type {number[]} */
  const across = [];
  for (let column = left; column <= right; column += 1) across.push(column);
  const said = rows.rows.get(active.row)?.cells.get(active.column);
  const label = `${columnName(active.column)}${active.row}`;
  return html`<div class="sheet-said" aria-live="polite"><span class="mono strong">${label}</span><span>${said || html`<span class="soft">${say("empty")}</span>`}</span></div>
    ${rows.error && html`<${Trouble} error=${rows.error} />`}
    <div class="viewer-stage sheet" ref=${stage} tabindex="0" role="group" aria-label=${say("grid", { name })} onKeyDown=${key}>
      <div class="sheet-room" style=${{ height: `${(last + 1) * HIGH}px`, width: `${columns * WIDE + HEAD}px` }} role="table" aria-label=${name} aria-rowcount=${last} aria-colcount=${columns}>
        <div class="sheet-columns" role="row">
          <div class="sheet-corner" role="columnheader"><span class="offscreen">#</span></div>
          ${across.map((column) => html`<div class="sheet-column" role="columnheader" style=${{ left: `${HEAD + (column - 1) * WIDE}px` }}>${columnName(column)}</div>`)}
        </div>
        ${drawn.map((row) => html`<${Row} key=${row} row=${row} known=${rows.rows.get(row)} across=${across} range=${range} quoted=${quoted} active=${active} act=${setActive} />`)}
      </div>
    </div>`;
}

/** @param {{row: number, known?: import("./sheet_rows.js").Row, across: number[], range: import("./cells.js").Range | null, quoted: number | null, active: Cell, act: (cell: Cell) => void}} props */
function Row({ row, known, across, range, quoted, active, act }) {
  const inRange = (/** @type {number} */ column) => range !== null && row >= range.top && row <= range.bottom && column >= range.left && column <= range.right;
  const look = (/** @type {number} */ column) =>
    ["sheet-cell", known?.heads && "heads", known?.hidden && "hidden-row", inRange(column) && "cited", row === quoted && inRange(column) && "quoted", row === active.row && column === active.column && "active"].filter(Boolean).join(" ");
  return html`<div class="sheet-row" role="row" aria-rowindex=${row} style=${{ top: `${row * HIGH}px` }}>
    <div class="sheet-number" role="rowheader">${row}</div>
    ${across.map((column) => html`<div class=${look(column)} role="cell" aria-colindex=${column} style=${{ left: `${HEAD + (column - 1) * WIDE}px` }} onClick=${() => act({ row, column })}>${known?.cells.get(column) ?? ""}</div>`)}
  </div>`;
}

/**
 * The row of the cells cited that says what the quote says; null while none is known.
 * @param {ReturnType<typeof useRows>} rows @param {import("./cells.js").Range | null} range @param {string | null} [quote]
 */
function quotedRow(rows, range, quote) {
  if (!range || !quote) return null;
  for (let row = range.top; row <= range.bottom; row += 1) {
    if (tells(quote, rows.rows.get(row)?.cells.values() ?? [])) return row;
  }
  return null;
}
