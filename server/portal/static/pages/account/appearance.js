import { language, speakIn, words } from "../../core/language.js";
import { show, theme } from "../../core/theme.js";
import { html } from "../../libraries/preact.js";

const say = words(
  { language: "Language", theme: "Theme", system: "As the system has it", light: "Light", dark: "Dark" },
  { language: "语言", theme: "主题", system: "跟随系统", light: "浅色", dark: "深色" },
);

/** The portal's language and theme in this browser. */
export function Appearance() {
  return html`<div class="halves">
    <fieldset class="choices"><legend>${say("language")}</legend>
      ${/** @type {const} */ ([["en", "English"], ["zh", "中文"]]).map(([code, name]) => html`<label lang=${code}><input type="radio" name="language" checked=${language.value === code} onChange=${() => speakIn(code)} />${name}</label>`)}
    </fieldset>
    <fieldset class="choices"><legend>${say("theme")}</legend>
      ${/** @type {const} */ (["system", "light", "dark"]).map((one) => html`<label><input type="radio" name="theme" checked=${theme.value === one} onChange=${() => show(one)} />${say(one)}</label>`)}
    </fieldset>
  </div>`;
}
