import { words } from "../../core/language.js";
import { html, useState } from "../../libraries/preact.js";
import { Dialog } from "../dialog.js";
import { Button } from "../button.js";
import { tell, tellTrouble } from "../notices.js";
import { FORMATS, isLitter, isReadable, nameOf } from "./formats.js";
import { present } from "./present.js";
import { enqueue } from "./uploads.js";

const say = words(
  {
    refused: "{number} of {all} files cannot be read", works: "Lectern reads:", ok: "Close", none: "There are no documents in it.",
    doubles: "Already in “{store}”", double: "{number} of {all} files have the name of a document that is there already.",
    replace: "Replace", both: "Keep both", out: "Leave out", more: "… and {number} more",
    note: "A document that is replaced goes on answering until the new one has been read.",
  },
  {
    refused: "{all} 个文件中有 {number} 个无法读取", works: "Lectern 可以读取：", ok: "关闭", none: "其中没有文档。",
    doubles: "“{store}”中已有同名文档", double: "{all} 个文件中有 {number} 个与现有文档同名。",
    replace: "替换", both: "都保留", out: "跳过", more: "……还有 {number} 个",
    note: "被替换的文档会继续用于回答，直到新文档读取完成。",
  },
);
const MOST_SHOWN = 8;

/** @typedef {import("./picked.js").Picked} Picked */

/** @param {{files: Picked[]}} props */
function Names({ files }) {
  return html`<ul class="name-list">
    ${files.slice(0, MOST_SHOWN).map(({ file, path }) => html`<li><bdi>${path || nameOf(file)}</bdi></li>`)}
    ${files.length > MOST_SHOWN && html`<li class="soft">${say("more", { number: files.length - MOST_SHOWN })}</li>`}
  </ul>`;
}

/**
 * How files get into a store: what cannot be read is refused before it is sent, and names that are there already are
 * asked about. `dialogs` is to be drawn where this is used.
 * @param {import("./uploads.js").Target} store
 * @returns {{add: (files: Picked[]) => Promise<void>, dialogs: unknown}}
 */
export function useAdding(store) {
  const [refused, refuse] = useState(/** @type {{files: Picked[], all: number} | null} */ (null));
  const [doubles, ask] = useState(/** @type {{known: Map<Picked, string>, all: Picked[]} | null} */ (null));

  /** @param {Picked[]} files */
  async function add(files) {
    const people = files.filter(({ file }) => !isLitter(file.name));
    const wanted = people.filter(({ file }) => isReadable(file.name));
    if (people.length === 0) tell(say("none"));
    if (wanted.length < people.length) refuse({ files: people.filter((one) => !wanted.includes(one)), all: people.length });
    if (wanted.length === 0) return;
    try {
      const known = await present(wanted, store.id);
      if (known.size > 0) ask({ known, all: wanted });
      else enqueue(wanted, store);
    } catch (error) {
      tellTrouble(error);
    }
  }

  /** @param {"replace" | "both" | "out"} choice */
  function choose(choice) {
    const { known, all } = /** @type {{known: Map<Picked, string>, all: Picked[]}} */ (doubles);
    const sent = choice === "out" ? all.filter((one) => !known.has(one)) : all;
    enqueue(sent.map((one) => ({ ...one, replaces: choice === "replace" ? (known.get(one) ?? null) : null })), store);
    ask(null);
  }

  const dialogs = html`
    ${doubles && !refused && html`<${Dialog} title=${say("doubles", { store: store.name })} close=${() => ask(null)}
      actions=${html`<${Button} label=${say("out")} act=${() => choose("out")} /><${Button} label=${say("both")} act=${() => choose("both")} />
        <${Button} label=${say("replace")} kind="primary" act=${() => choose("replace")} />`}>
      <p>${say("double", { number: doubles.known.size, all: doubles.all.length })}</p>
      <${Names} files=${[...doubles.known.keys()]} /><p class="soft small">${say("note")}</p>
    </${Dialog}>`}
    ${refused && html`<${Dialog} title=${say("refused", { number: refused.files.length, all: refused.all })} close=${() => refuse(null)}
      actions=${html`<${Button} label=${say("ok")} kind="primary" act=${() => refuse(null)} />`}>
      <${Names} files=${refused.files} />
      <p class="strong">${say("works")}</p>
      <dl class="facts">${FORMATS.map(({ name, ends }) => html`<dt>${name}</dt><dd class="soft">${ends.map((end) => `.${end}`).join(" ")}</dd>`)}</dl>
    </${Dialog}>`}`;
  return { add, dialogs };
}
