import { Button } from "../../components/button.js";
import { Field } from "../../components/field.js";
import { told } from "../../components/trouble.js";
import { call } from "../../core/api.js";
import { words } from "../../core/language.js";
import { recognise } from "../../core/session.js";
import { html, useState } from "../../libraries/preact.js";

const say = words(
  {
    password: "New password", save: "Save",
    rules: "12 characters or more, without your name. A few words that do not belong together do well.",
  },
  { password: "新密码", save: "保存", rules: "至少 12 个字符，不能包含您的用户名。建议使用几个互不相关的词语。" },
);

/** By the token of an administrator's link. @param {{token: string, done: () => void}} props */
export function ChoosePassword({ token, done }) {
  const [error, setError] = useState("");
  const [busy, setBusy] = useState(false);

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    const given = new FormData(/** @type {HTMLFormElement} */ (event.target));
    setBusy(true);
    setError("");
    try {
      await call("POST", "/portal/password", { token, new: given.get("password") });
      history.replaceState(null, "", "/");
      done();
      await recognise();
    } catch (failure) {
      setError(told(/** @type {Error} */ (failure)));
      setBusy(false);
    }
  }

  return html`<form onSubmit=${submit}>
    <${Field} label=${say("password")} help=${say("rules")} error=${error} name="password" type="password" autocomplete="new-password" minlength="12" maxlength="512" required />
    <${Button} type="submit" kind="primary" label=${say("save")} busy=${busy} />
  </form>`;
}
