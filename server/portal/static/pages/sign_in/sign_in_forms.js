import { Button } from "../../components/button.js";
import { Field } from "../../components/field.js";
import { told } from "../../components/trouble.js";
import { call } from "../../core/api.js";
import { words } from "../../core/language.js";
import { recognise, session } from "../../core/session.js";
import { html, useState } from "../../libraries/preact.js";

const say = words(
  {
    name: "Name", password: "Password", signIn: "Sign in", byKey: "Use an API key", key: "API key", with: "Sign in with {issuer}",
    hint: "Open the link that Lectern printed when it started, or sign in with an API key.",
    sign_in_failed: "Signing in did not work. Please try again.",
    issuer_unavailable: "The sign-in service does not answer. Passwords and API keys still work.",
    not_admitted: "The sign-in service knows you, but you may not use Lectern. Ask an administrator.",
  },
  {
    name: "用户名", password: "密码", signIn: "登录", byKey: "使用 API 密钥", key: "API 密钥", with: "通过 {issuer} 登录",
    hint: "请打开 Lectern 启动时显示的链接，或使用 API 密钥登录。",
    sign_in_failed: "登录未成功，请重试。",
    issuer_unavailable: "登录服务没有响应。仍可使用密码或 API 密钥登录。",
    not_admitted: "登录服务认识您，但您无权使用 Lectern。请联系管理员。",
  },
);

/** What the sign-in service's answer put behind the address's #, read once. */
function failureOfIssuer() {
  const code = new URLSearchParams(location.hash.slice(1)).get("failed");
  if (code) history.replaceState(null, "", location.pathname);
  if (code === "issuer_unavailable" || code === "not_admitted") return code;
  return code && "sign_in_failed";
}

/** By the sign-in service where there is one, by name and password, or by an API key. */
export function SignInForms() {
  const [failed, setFailed] = useState(failureOfIssuer);
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  const [busy, setBusy] = useState(false);
  const issuer = session.value?.issuer;

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    const given = Object.fromEntries(new FormData(form));
    setBusy(true);
    setError(null);
    setFailed(null);
    try {
      await call("POST", "/portal/sign_in", given);
      form.reset();
      await recognise();
    } catch (failure) {
      setError(/** @type {Error} */ (failure));
    }
    setBusy(false);
  }

  const wrong = error ? told(error) : failed ? say(/** @type {"sign_in_failed"} */ (failed)) : "";
  return html`
    <p id="sign-in-error" class=${wrong ? "trouble" : ""} role="alert">${wrong}</p>
    ${/* Its target keeps the router from taking it for an address of the portal. */
    issuer && html`<p><a class="button primary" href="/portal/oidc/start" target="_top">${say("with", { issuer })}</a></p>`}
    <form onSubmit=${submit}>
      <${Field} label=${say("name")} name="name" autocomplete="username" maxlength="320" required />
      <${Field} label=${say("password")} name="password" type="password" autocomplete="current-password" maxlength="512" required />
      <${Button} type="submit" kind="primary" label=${say("signIn")} busy=${busy} />
    </form>
    <details>
      <summary>${say("byKey")}</summary>
      <form onSubmit=${submit}>
        <${Field} label=${say("key")} help=${say("hint")} name="key" type="password" autocomplete="off" maxlength="1024" required />
        <${Button} type="submit" kind="primary" label=${say("signIn")} busy=${busy} />
      </form>
    </details>`;
}
