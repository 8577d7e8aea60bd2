import { Button } from "../../components/button.js";
import { Dialog } from "../../components/dialog.js";
import { tell } from "../../components/notices.js";
import { Trouble } from "../../components/trouble.js";
import { call } from "../../core/api.js";
import { copy } from "../../core/clipboard.js";
import { words } from "../../core/language.js";
import { html, useState } from "../../libraries/preact.js";

const say = words(
  {
    title: "Share this answer", who: "Everybody who signs in here and has the link can see the question and the answer. Whoever may not read one of its documents does not see what was taken from it.",
    share: "Share and copy the link", copied: "Link copied", again: "Copy the link", end: "Stop sharing", ended: "The link no longer works for others", link: "Link",
  },
  {
    title: "分享此回答", who: "登录本系统并持有链接的人都可以看到问题和回答。无权阅读某个文档的人看不到取自该文档的内容。",
    share: "分享并复制链接", copied: "链接已复制", again: "复制链接", end: "停止分享", ended: "其他人已无法再使用该链接", link: "链接",
  },
);

/** @param {{answer: import("../../components/answer/answer_of.js").Answer, amend: (change: {shared: boolean}) => void, close: () => void}} props */
export function ShareDialog({ answer, amend, close }) {
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  const address = `${location.origin}/answers/${answer.id}`;
  /** @param {boolean} shared */
  async function share(shared) {
    setError(null);
    try {
      if (shared !== answer.shared) await call("POST", `/v1/responses/${answer.id}/share`, { shared });
      if (shared) await copy(address);
      tell(say(shared ? "copied" : "ended"));
      amend({ shared });
      close();
    } catch (failure) {
      setError(/** @type {Error} */ (failure));
    }
  }
  const actions = html`${answer.shared && html`<${Button} label=${say("end")} kind="danger" act=${() => share(false)} />`}
    <${Button} label=${say(answer.shared ? "again" : "share")} icon="Link" kind="primary" act=${() => share(true)} />`;
  return html`<${Dialog} title=${say("title")} close=${close} actions=${actions}>
    <div class="stack"><p>${say("who")}</p>${answer.shared && html`<p class="mono">${address}</p>`}${error && html`<${Trouble} error=${error} />`}</div>
  </${Dialog}>`;
}
