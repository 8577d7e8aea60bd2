import { Failure } from "../core/api.js";
import { words } from "../core/language.js";
import { html } from "../libraries/preact.js";
import { Button } from "./button.js";
import { Icon } from "./icon.js";

const say = words(
  { again: "Try again", unreachable: "Lectern does not answer. Check the connection, then try again.", unknown: "The portal made a mistake: {message}" },
  { again: "重试", unreachable: "Lectern 没有响应。请检查网络连接，然后重试。", unknown: "页面出现错误：{message}" },
);

/** What an error says to people. @param {Error} error */
export function told(error) {
  if (!(error instanceof Failure)) return say("unknown", { message: error.message });
  return error.code === "unreachable" ? say("unreachable") : error.message;
}

/**
 * What went wrong, and a way to try again.
 * @param {{error: Error, retry?: () => unknown}} props
 */
export function Trouble({ error, retry }) {
  return html`<div class="trouble" role="alert">
    <${Icon} name="TriangleAlert" /><p>${told(error)}</p>
    ${retry && html`<${Button} label=${say("again")} icon="RotateCw" act=${retry} />`}
  </div>`;
}
