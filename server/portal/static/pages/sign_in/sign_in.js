import { Icon } from "../../components/icon.js";
import { language, speakIn, words } from "../../core/language.js";
import { useTitle } from "../../core/loading.js";
import { html, useState } from "../../libraries/preact.js";
import { ChoosePassword } from "./choose_password.js";
import { SignInForms } from "./sign_in_forms.js";

const say = words({ signIn: "Sign in", choose: "Choose a password", other: "中文" }, { signIn: "登录", choose: "设置密码", other: "English" });

/** What somebody sees whom Lectern does not know yet. */
export default function SignIn() {
  const [token, setToken] = useState(() => new URLSearchParams(location.hash.slice(1)).get("password"));
  const title = token ? say("choose") : say("signIn");
  useTitle(title);
  return html`<main class="alone sign-in">
    <header>
      <p class="brand">Lectern</p>
      <button type="button" class="button plain" onClick=${() => speakIn(language.value === "zh" ? "en" : "zh")}><${Icon} name="Languages" /><span>${say("other")}</span></button>
    </header>
    <h1>${title}</h1>
    ${token ? html`<${ChoosePassword} token=${token} done=${() => setToken(null)} />` : html`<${SignInForms} />`}
  </main>`;
}
