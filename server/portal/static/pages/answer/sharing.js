import { tell, tellTrouble } from "../../components/notices.js";
import { Button } from "../../components/button.js";
import { call } from "../../core/api.js";
import { copy } from "../../core/clipboard.js";
import { words } from "../../core/language.js";
import { html } from "../../libraries/preact.js";

const say = words(
  {
    open: "Whoever signs in and has the link sees this answer, as far as they may read its documents.", closed: "Only you see this answer.",
    share: "Share", stop: "Stop sharing", link: "Copy link", copied: "The link was copied.", talk: "Open the conversation",
  },
  {
    open: "任何登录用户都可以通过链接查看此回答，内容以其文档权限为准。", closed: "只有您能看到此回答。",
    share: "分享", stop: "停止分享", link: "复制链接", copied: "链接已复制。", talk: "打开对话",
  },
);

/** @typedef {{id: string, created_at: number, shared: boolean, conversation: {id: string} | null, own: boolean}} Answered */

/**
 * What the owner of an answer sees of who else may see it, and an administrator, who may end that. `changed` gets the response anew.
 * @param {{response: Answered, changed: () => Promise<void>}} props
 */
export function Sharing({ response, changed }) {
  const share = async (/** @type {boolean} */ shared) => {
    try {
      await call("POST", `/v1/responses/${encodeURIComponent(response.id)}/share`, { shared });
      await changed();
    } catch (error) {
      tellTrouble(/** @type {Error} */ (error));
    }
  };
  const link = async () => {
    await copy(location.href);
    tell(say("copied"));
  };
  return html`<div class="sharing">
    <p class="soft small">${say(response.shared ? "open" : "closed")}</p>
    <div class="row">
      ${response.own && response.conversation && html`<a class="button" href=${`/ask/${response.conversation.id}`}>${say("talk")}</a>`}
      ${response.shared && html`<${Button} label=${say("link")} icon="Copy" act=${link} />`}
      <${Button} label=${say(response.shared ? "stop" : "share")} icon=${response.shared ? "Lock" : "Link"} act=${() => share(!response.shared)} />
    </div>
  </div>`;
}
