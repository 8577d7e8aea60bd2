import { Icon } from "../../components/icon.js";
import { language, speakIn, words } from "../../core/language.js";
import { useTitle } from "../../core/loading.js";
import { may, session } from "../../core/session.js";
import { html, useEffect, useLocation, useState } from "../../libraries/preact.js";
import { FirstFile } from "./first_file.js";
import { FirstQuestion } from "./first_question.js";
import { forget, keep, kept } from "./progress.js";
import { SetAdministrator } from "./set_administrator.js";

const say = words(
  {
    title: "Welcome to Lectern", lead: "Three steps to the first answer from your documents.", admin: "Set the administrator", file: "Add a document", ask: "Ask a question", other: "中文",
    skip: "Leave this and go to Lectern", steps: "Steps", done: "done",
  },
  {
    title: "欢迎使用 Lectern", lead: "只需三步，即可从您的文档中得到第一个答案。", admin: "设置管理员", file: "添加文档", ask: "提出问题", other: "English",
    skip: "跳过，进入 Lectern", steps: "步骤", done: "已完成",
  },
);
const STEPS = /** @type {const} */ (["admin", "file", "ask"]);

/** The first run. How far it is, this browser remembers, so that it goes on after the page came anew. */
export default function Welcome() {
  const { path, route } = useLocation();
  const [progress, setProgress] = useState(kept);
  useTitle(say("title"));
  useEffect(() => {
    if (path !== "/welcome") route("/welcome", true); // it stays here when there is an administrator
  }, []);

  /** @param {import("./progress.js").Progress} now */
  const go = (now) => {
    keep(now);
    setProgress(now);
  };
  const leave = (/** @type {string} */ address) => {
    forget();
    route(address);
  };
  const isPerson = session.value?.owner?.startsWith("user:");
  const least = !may("editor") ? 2 : isPerson ? 1 : 0;
  const step = Math.max(progress.step, least);
  return html`<main class="alone welcome">
    <header><p class="brand">Lectern</p><button type="button" class="button plain" onClick=${() => speakIn(language.value === "zh" ? "en" : "zh")}><${Icon} name="Languages" /><span>${say("other")}</span></button></header>
    <h1>${say("title")}</h1><p class="soft">${say("lead")}</p>
    <ol class="steps" aria-label=${say("steps")}>${STEPS.map((name, index) => html`<li class=${index < step ? "done" : ""} aria-current=${index === step ? "step" : undefined}>
      <span class="number" aria-hidden="true">${index < step ? html`<${Icon} name="Check" size=${16} />` : index + 1}</span><span>${say(name)}${index < step && html`<span class="offscreen"> (${say("done")})</span>`}</span>
    </li>`)}</ol>
    <section class="card" aria-label=${say(STEPS[step])}>
      <h2>${say(STEPS[step])}</h2>
      ${step === 0 && html`<${SetAdministrator} progress=${progress} go=${go} />`}
      ${step === 1 && html`<${FirstFile} progress=${progress} go=${go} />`}
      ${step === 2 && html`<${FirstQuestion} progress=${progress} leave=${leave} />`}
    </section>
    <p><button type="button" class="link" onClick=${() => leave("/ask")}>${say("skip")}</button></p>
  </main>`;
}
