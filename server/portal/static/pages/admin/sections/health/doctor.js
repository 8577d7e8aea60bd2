import { Button } from "../../../../components/button.js";
import { Icon } from "../../../../components/icon.js";
import { Trouble } from "../../../../components/trouble.js";
import { call } from "../../../../core/api.js";
import { words } from "../../../../core/language.js";
import { html, useState } from "../../../../libraries/preact.js";

/** @typedef {{name: string, verdict: "ok" | "warn" | "fail", detail: string, advice: string | null}} Finding */

const say = words(
  {
    title: "Thorough check", what: "What lectern doctor finds on the server's machine: recognition of text, disk, keys, database, certificate, GPUs, presets. It takes a few seconds.",
    run: "Check now", ok: "OK", warn: "look at it", fail: "mend it", result: "Findings",
  },
  {
    title: "全面检查", what: "lectern doctor 在服务器上的检查结果：文字识别、磁盘、密钥、数据库、证书、GPU 与预设。需要几秒钟。",
    run: "立即检查", ok: "正常", warn: "请留意", fail: "需修复", result: "检查结果",
  },
);

/** @type {Record<Finding["verdict"], {icon: import("../../../../components/icon.js").IconName, kind: string}>} */
const LOOKS = { ok: { icon: "Check", kind: "good" }, warn: { icon: "TriangleAlert", kind: "warn" }, fail: { icon: "CircleX", kind: "bad" } };

/** The doctor's findings, on demand. They are Lectern's own words, in English. */
export function Doctor() {
  const [findings, setFindings] = useState(/** @type {Finding[] | null} */ (null));
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  async function run() {
    setError(null);
    try {
      setFindings((await call("GET", "/v1/doctor")).data);
    } catch (failure) {
      setError(/** @type {Error} */ (failure));
    }
  }
  return html`<section class="stack" aria-labelledby="doctor">
    <div class="page-head"><h2 id="doctor">${say("title")}</h2><${Button} label=${say("run")} icon="ListChecks" act=${run} /></div>
    <p class="soft small">${say("what")}</p>
    ${error && html`<${Trouble} error=${error} retry=${run} />`}
    ${findings && html`<ul class="findings card" aria-label=${say("result")}>
      ${findings.map(({ name, verdict, detail, advice }) => html`<li key=${name}>
        <span class=${`badge ${LOOKS[verdict].kind}`}><${Icon} name=${LOOKS[verdict].icon} size=${14} />${say(verdict)}</span>
        <div lang="en"><p><strong>${name}</strong> ${detail}</p>${verdict !== "ok" && advice && html`<p class="small soft">${advice}</p>`}</div>
      </li>`)}
    </ul>`}
  </section>`;
}
