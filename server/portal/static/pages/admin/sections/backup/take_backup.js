import { Button } from "../../../../components/button.js";
import { Progress } from "../../../../components/progress.js";
import { Trouble } from "../../../../components/trouble.js";
import { tell } from "../../../../components/notices.js";
import { size, words } from "../../../../core/language.js";
import { html, useEffect, useRef, useState } from "../../../../libraries/preact.js";
import { download } from "./download.js";

const say = words(
  {
    title: "Take a backup now", key: "Put the master key into it", warn: "Whoever has this archive can then read everything in it. Keep it as safe as the key itself.",
    without: "Without the key nothing in the archive can be read, by nobody. Keep a copy of master.key, from the data folder, in another place.",
    take: "Save a backup", stop: "Stop", taking: "Saving the backup", came: "{size} so far", done: "Saved {name}, {size}",
  },
  {
    title: "立即备份", key: "把主密钥一并放入", warn: "得到此归档的人即可读取其中的一切。请像保管密钥一样保管它。",
    without: "没有密钥，任何人都无法读取归档中的内容。请把数据文件夹中的 master.key 另存一份到别处。",
    take: "保存备份", stop: "停止", taking: "正在保存备份", came: "已接收 {size}", done: "已保存 {name}，{size}",
  },
);

/** Has a backup taken and saved where the browser saves what it downloads. */
export function TakeBackup() {
  const [withKey, setWithKey] = useState(false);
  const [came, setCame] = useState(/** @type {number | null} */ (null));
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  const halt = useRef(/** @type {AbortController | null} */ (null));
  useEffect(() => () => halt.current?.abort(), []);

  async function take() {
    halt.current = new AbortController();
    setError(null);
    setCame(0);
    try {
      const saved = await download(withKey, setCame, halt.current.signal);
      tell(say("done", { name: saved.name, size: size(saved.bytes) }));
    } catch (failure) {
      if (!halt.current.signal.aborted) setError(/** @type {Error} */ (failure));
    } finally {
      setCame(null);
    }
  }

  return html`<section class="card stack" aria-labelledby="take">
    <h2 id="take">${say("title")}</h2>
    <label class="check"><input type="checkbox" checked=${withKey} disabled=${came !== null} onChange=${() => setWithKey(!withKey)} /><span>${say("key")}</span></label>
    <p class=${withKey ? "warning" : "soft"}>${say(withKey ? "warn" : "without")}</p>
    <div class="row">
      <${Button} label=${say("take")} icon="Download" kind="primary" busy=${came !== null} act=${() => { take(); }} />
      ${came !== null && html`<${Button} label=${say("stop")} icon="Square" act=${() => halt.current?.abort()} />`}
    </div>
    ${came !== null && html`<div><${Progress} label=${say("taking")} /><p class="small soft" aria-live="polite">${say("came", { size: size(came) })}</p></div>`}
    ${error && html`<${Trouble} error=${error} retry=${take} />`}
  </section>`;
}
