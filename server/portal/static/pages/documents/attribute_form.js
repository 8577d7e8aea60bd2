import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { Field } from "../../components/field.js";
import { tell } from "../../components/notices.js";
import { Progress } from "../../components/progress.js";
import { Trouble } from "../../components/trouble.js";
import { call } from "../../core/api.js";
import { count, words } from "../../core/language.js";
import { html, useId, useState } from "../../libraries/preact.js";
import { pathOf } from "./stores.js";

const say = words(
  {
    title: "Set an attribute of {number} documents", key: "Attribute", value: "Value", help: "Questions can be limited by attributes. An empty value takes the attribute away.", save: "Save", cancel: "Cancel",
    done: "Set: {number}", one: "Set an attribute of “{name}”", progress: "Setting", example: "department, year, language …",
  },
  {
    title: "为 {number} 个文档设置属性", key: "属性", value: "值", help: "提问时可以按属性限定范围。值留空则删除该属性。", save: "保存", cancel: "取消",
    done: "已设置：{number} 个", one: "为“{name}”设置属性", progress: "正在设置", example: "department、year、language……",
  },
);

/** What people mean by what they type. @param {string} text */
function meant(text) {
  if (text === "true" || text === "false") return text === "true";
  return /^-?(0|[1-9]\d{0,14})(\.\d+)?$/.test(text) ? Number(text) : text;
}

/**
 * Sets one attribute of many files, and leaves their others.
 * @param {{store: string, files: import("./stores.js").StoreFile[], close: () => void, done: () => void}} props
 */
export function AttributeForm({ store, files, close, done }) {
  const form = useId();
  const [key, setKey] = useState("");
  const [value, setValue] = useState("");
  const [set, setSet] = useState(/** @type {number | null} */ (null));
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  const busy = set !== null && !error;

  /** @param {Event} event */
  async function submit(event) {
    event.preventDefault();
    if (busy) return;
    setError(null);
    setSet(0);
    try {
      for (const [index, file] of files.entries()) {
        const { [key]: _, ...others } = file.attributes;
        const attributes = value === "" ? others : { ...others, [key]: meant(value) };
        await call("POST", `${pathOf(store)}/files/${file.id}`, { attributes });
        if (index % 10 === 9) setSet(index + 1);
      }
      tell(say("done", { number: count(files.length) }));
      close();
      done();
    } catch (failure) {
      setError(/** @type {Error} */ (failure));
    }
  }

  const actions = html`<${Button} label=${say("cancel")} act=${close} /><${Button} label=${say("save")} kind="primary" type="submit" form=${form} busy=${busy} disabled=${!key.trim()} />`;
  return html`<${Dialog} title=${files.length === 1 ? say("one", { name: files[0].filename }) : say("title", { number: count(files.length) })} close=${close} actions=${actions}>
    <form id=${form} onSubmit=${submit}>
      ${error && html`<${Trouble} error=${error} />`}
      <${Field} label=${say("key")} value=${key} maxlength="64" autofocus placeholder=${say("example")} onInput=${(/** @type {Event} */ event) => setKey(/** @type {HTMLInputElement} */ (event.target).value)} />
      <${Field} label=${say("value")} value=${value} maxlength="512" help=${say("help")} onInput=${(/** @type {Event} */ event) => setValue(/** @type {HTMLInputElement} */ (event.target).value)} />
      ${busy && html`<${Progress} label=${say("progress")} done=${set} total=${files.length} />`}
    </form>
  </${Dialog}>`;
}
