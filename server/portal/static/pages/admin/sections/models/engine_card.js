import { CodeBlock } from "../../../../components/code_block.js";
import { moment, words } from "../../../../core/language.js";
import { html } from "../../../../libraries/preact.js";

/**
 * @typedef {object} Engine
 * @property {"extractive" | "vllm" | "remote"} name
 * @property {"starting" | "ready" | "restarting" | "stopped" | "failed"} phase
 * @property {boolean} ready
 * @property {string} detail
 * @property {number} restarts
 * @property {number} since
 * @property {string[]} log
 */
/** @typedef {{id: string, variable: string, group: string, value: string | number | boolean | null, secret: boolean, set: boolean, changed: boolean, default: unknown, help: string}} Setting */

const say = words(
  {
    extractive: "No model: answers are quotes", vllm: "vLLM, run by Lectern", remote: "A model server elsewhere",
    starting: "loading its model", ready: "ready", restarting: "starting again", stopped: "stopped", failed: "failed",
    since: "Since", restarts: "Restarts", none: "none", told: "What it says", settings: "As set",
    quotes: "Lectern finds the sentences that answer best and quotes them with their source. To have a model write the answers, start Lectern with one:",
    local: "A model on this machine: a folder in Hugging Face's format, or a hub id. vLLM is set up by the first such start", other: "Or a server that speaks OpenAI's API",
    presets: "Which models fit this machine’s GPUs, the thorough check under System health tells.",
  },
  {
    extractive: "未设置模型：回答为原文摘录", vllm: "由 Lectern 运行的 vLLM", remote: "外部模型服务",
    starting: "正在加载模型", ready: "就绪", restarting: "正在重启", stopped: "已停止", failed: "失败",
    since: "开始于", restarts: "重启次数", none: "无", told: "状态说明", settings: "当前设置",
    quotes: "Lectern 会找出最能回答问题的句子并注明出处加以引用。如需由模型撰写回答，请在启动时指定模型：",
    local: "本机上的模型：Hugging Face 格式的文件夹，或模型库 ID。首次启动时会自动安装 vLLM", other: "或任何兼容 OpenAI 接口的服务",
    presets: "哪些模型适合本机的 GPU，可在“系统状态”的全面检查中查看。",
  },
);
const KINDS = { starting: "accent", ready: "good", restarting: "warn", stopped: "bad", failed: "bad" };
const LOCAL = "LECTERN_MODEL=/models/qwen3-8b make run";
const OTHER = "LECTERN_ENGINE_URL=http://gpu-box:8000/v1 LECTERN_ENGINE_KEY=… make run";

/** How the engine is, and what the settings say of it; without one, how to have one. @param {{engine: Engine, settings: Setting[]}} props */
export function EngineCard({ engine, settings }) {
  const given = settings.filter(({ group, changed, set }) => group === "engine" && changed && set);
  return html`<section class="card stack" aria-labelledby="engine">
    <div class="row apart"><h2 id="engine">${say(engine.name)}</h2><span class=${`badge ${KINDS[engine.phase]}`}>${say(engine.phase)}</span></div>
    ${engine.name === "extractive"
      ? html`<p>${say("quotes")}</p>
          <${CodeBlock} language=${say("local")} text=${LOCAL} /><${CodeBlock} language=${say("other")} text=${OTHER} />
          <p class="soft small">${say("presets")}</p>`
      : html`<dl class="engine-facts">
          ${engine.detail && html`<div><dt>${say("told")}</dt><dd>${engine.detail}</dd></div>`}
          ${engine.since > 0 && html`<div><dt>${say("since")}</dt><dd>${moment(engine.since)}</dd></div>`}
          <div><dt>${say("restarts")}</dt><dd>${engine.restarts || say("none")}</dd></div>
          ${given.length > 0 && html`<div><dt>${say("settings")}</dt><dd>${given.map(({ variable, value, secret }) => html`<code>${variable}${secret ? "=…" : `=${value}`}</code> `)}</dd></div>`}
        </dl>`}
  </section>`;
}
