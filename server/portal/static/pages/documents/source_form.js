import { Button } from "../../components/button.js";
import { Field } from "../../components/field.js";
import { Trouble } from "../../components/trouble.js";
import { call } from "../../core/api.js";
import { words } from "../../core/language.js";
import { html, useState } from "../../libraries/preact.js";

const say = words(
  {
    url: "Folder, share or site", help: "A folder on the server that LECTERN_SOURCE_ROOTS allows, smb://, dav://, s3:// or https://", include: "Only files like", patterns: "Patterns with * and ?, apart by commas; empty: all", exclude: "But none like",
    user: "User name or key", password: "Password or secret", optional: "If the place asks for it; kept sealed.", add: "Follow", cancel: "Cancel",
  },
  {
    url: "文件夹、共享或网站", help: "服务器上由 LECTERN_SOURCE_ROOTS 允许的文件夹，或 smb://、dav://、s3://、https:// 地址", include: "仅包含", patterns: "含 * 和 ? 的模式，用逗号分隔；留空表示全部", exclude: "排除",
    user: "用户名或密钥 ID", password: "密码或密钥", optional: "仅在需要时填写；加密保存。", add: "开始跟踪", cancel: "取消",
  },
);
const START = { url: "", include: "", exclude: "", user: "", password: "" };

/** Has a store follow another place. @param {{path: string, close: () => void, done: () => void}} props */
export function SourceForm({ path, close, done }) {
  const [said, setSaid] = useState(START);
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  /** @param {keyof typeof START} name */
  const bound = (name) => ({ value: said[name], onInput: (/** @type {Event} */ event) => setSaid({ ...said, [name]: /** @type {HTMLInputElement} */ (event.target).value }) });
  /** @param {string} text */
  const patterns = (text) => text.split(/[,，]/).map((one) => one.trim()).filter(Boolean);
  /** @param {Event} event */
  async function submit(event) {
    event.preventDefault();
    setError(null);
    const [user, password] = /^s3:/i.test(said.url.trim()) ? ["key", "secret"] : ["username", "password"];
    const credentials = said.user || said.password ? { [user]: said.user, [password]: said.password } : {};
    try {
      await call("POST", path, { url: said.url.trim(), include: patterns(said.include), exclude: patterns(said.exclude), credentials });
      done();
    } catch (failure) {
      setError(/** @type {Error} */ (failure));
    }
  }
  return html`<form class="source-form" onSubmit=${submit}>
    ${error && html`<${Trouble} error=${error} />`}
    <${Field} label=${say("url")} help=${say("help")} required autofocus ...${bound("url")} />
    <div class="halves"><${Field} label=${say("include")} help=${say("patterns")} placeholder="*.pdf, *.docx" ...${bound("include")} /><${Field} label=${say("exclude")} placeholder="drafts/*" ...${bound("exclude")} /></div>
    <div class="halves"><${Field} label=${say("user")} help=${say("optional")} autocomplete="off" ...${bound("user")} /><${Field} label=${say("password")} type="password" autocomplete="off" ...${bound("password")} /></div>
    <div class="store-deeds"><${Button} label=${say("add")} kind="primary" type="submit" disabled=${!said.url.trim()} /><${Button} label=${say("cancel")} act=${close} /></div>
  </form>`;
}
