import { Icon } from "../../components/icon.js";
import { dropped } from "../../components/uploads/picked.js";
import { tellTrouble } from "../../components/notices.js";
import { words } from "../../core/language.js";
import { html, useRef, useState } from "../../libraries/preact.js";

const say = words({ drop: "Drop to add to “{name}”" }, { drop: "松开即可添加到“{name}”" });

/** @param {DragEvent} event */
const hasFiles = (event) => event.dataTransfer?.types.includes("Files") ?? false;

/**
 * What files and folders can be dropped on.
 * @param {{name: string, add: (files: import("../../components/uploads/picked.js").Picked[]) => Promise<void>, children?: unknown}} props
 */
export function DropPlace({ name, add, children }) {
  const [isOver, setOver] = useState(false);
  // Each element within tells that the pointer comes and goes.
  const depth = useRef(0);
  /** @param {DragEvent} event @param {number} step */
  function pass(event, step) {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth.current += step;
    setOver(depth.current > 0);
  }
  /** @param {DragEvent} event */
  async function drop(event) {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth.current = 0;
    setOver(false);
    try {
      await add(await dropped(/** @type {DataTransfer} */ (event.dataTransfer)));
    } catch (error) {
      tellTrouble(error);
    }
  }
  return html`<div class="drop-place" onDragEnter=${(/** @type {DragEvent} */ event) => pass(event, 1)} onDragLeave=${(/** @type {DragEvent} */ event) => pass(event, -1)}
    onDragOver=${(/** @type {DragEvent} */ event) => hasFiles(event) && event.preventDefault()} onDrop=${drop}>
    ${children}${isOver && html`<div class="drop-here"><p><${Icon} name="Upload" size=${28} /> ${say("drop", { name })}</p></div>`}
  </div>`;
}
