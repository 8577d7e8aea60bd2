import { Button } from "../../components/button.js";
import { Field } from "../../components/field.js";
import { tell } from "../../components/notices.js";
import { Trouble } from "../../components/trouble.js";
import { call } from "../../core/api.js";
import { words } from "../../core/language.js";
import { html, useState } from "../../libraries/preact.js";

const say = words(
  { current: "Present password", new: "New password", rules: "12 characters or more, without your name. You are signed out everywhere else.", save: "Change it", changed: "Your password was changed" },
  { current: "当前密码", new: "新密码", rules: "至少 12 个字符，不能包含用户名。其他设备上的登录都会结束。", save: "更改", changed: "密码已更改" },
);

/** Changes one's own password. */
export function OwnPassword() {
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  const [busy, setBusy] = useState(false);

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.target);
    setBusy(true);
    setError(null);
    try {
      await call("POST", "/portal/password", Object.fromEntries(new FormData(form)));
      form.reset();
      tell(say("changed"));
    } catch (failure) {
      setError(/** @type {Error} */ (failure));
    }
    setBusy(false);
  }

  return html`<form onSubmit=${submit}>
    ${error && html`<${Trouble} error=${error} />`}
    <${Field} label=${say("current")} name="current" type="password" autocomplete="current-password" maxlength="512" required />
    <${Field} label=${say("new")} help=${say("rules")} name="new" type="password" autocomplete="new-password" minlength="12" maxlength="512" required />
    <${Button} type="submit" label=${say("save")} busy=${busy} />
  </form>`;
}
