import { Button } from "../../components/button.js";
import { Field } from "../../components/field.js";
import { Trouble } from "../../components/trouble.js";
import { call } from "../../core/api.js";
import { words } from "../../core/language.js";
import { recognise } from "../../core/session.js";
import { html, useState } from "../../libraries/preact.js";

const say = words(
  {
    why: "You came by the link that Lectern printed when it started. From now on you sign in with a name and a password; the link and its key are for emergencies.", name: "Your name", password: "Password",
    rules: "12 characters or more, without your name. A few words that do not belong together do well.", go: "Go on", later: "Later",
  },
  {
    why: "您是通过 Lectern 启动时显示的链接进入的。今后请用用户名和密码登录；该链接及其密钥仅供应急。", name: "您的用户名", password: "密码",
    rules: "至少 12 个字符，不能包含您的用户名。建议使用几个互不相关的词语。", go: "继续", later: "以后再说",
  },
);

/**
 * Makes the first administrator and signs in as such; the session of the key that one came by ends with that.
 * @param {{progress: import("./progress.js").Progress, go: (progress: import("./progress.js").Progress) => void}} props
 */
export function SetAdministrator({ progress, go }) {
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  const [busy, setBusy] = useState(false);

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    const given = new FormData(/** @type {HTMLFormElement} */ (event.target));
    const name = given.get("name");
    setBusy(true);
    setError(null);
    try {
      // A password that is refused leaves the account; the next attempt goes on with it.
      const user = progress.user ? await call("POST", `/v1/users/${progress.user}`, { name }) : await call("POST", "/v1/users", { name, role: "admin" });
      go({ step: 0, user: user.id });
      const { url } = await call("POST", `/v1/users/${user.id}/password_link`);
      const token = new URLSearchParams(new URL(url).hash.slice(1)).get("password");
      await call("POST", "/portal/password", { token, new: given.get("password") });
      go({ step: 1 });
      await recognise();
    } catch (failure) {
      setError(/** @type {Error} */ (failure));
      setBusy(false);
    }
  }

  return html`<p>${say("why")}</p><form onSubmit=${submit}>
    ${error && html`<${Trouble} error=${error} />`}
    <${Field} label=${say("name")} name="name" maxlength="200" autocomplete="username" required />
    <${Field} label=${say("password")} help=${say("rules")} name="password" type="password" autocomplete="new-password" minlength="12" maxlength="512" required />
    <div class="row"><${Button} type="submit" kind="primary" label=${say("go")} busy=${busy} /><${Button} label=${say("later")} kind="plain" act=${() => go({ ...progress, step: 1 })} /></div>
  </form>`;
}
