import { Button } from "../../components/button.js";
import { Icon } from "../../components/icon.js";
import { told } from "../../components/trouble.js";
import { Failure } from "../../core/api.js";
import { words } from "../../core/language.js";
import { html, useEffect, useState } from "../../libraries/preact.js";

const say = words(
  { again: "Try again", wait: "Try again in {seconds} s", lost: "The connection to Lectern was lost. What had come of the answer stays here." },
  { again: "重试", wait: "{seconds} 秒后可重试", lost: "与 Lectern 的连接已断开。已收到的部分回答保留在此。" },
);

/**
 * Why there is no answer, or no more of it, and a way to ask again: once the time is over that Lectern asks for.
 * @param {{error: Error | string, busy: boolean, retry: () => unknown}} props
 */
export function AnswerTrouble({ error, busy, retry }) {
  const wait = error instanceof Failure ? (error.retryAfter ?? 0) : 0;
  const [left, setLeft] = useState(wait);
  useEffect(() => {
    setLeft(wait);
    if (!wait) return undefined;
    const until = Date.now() + wait * 1000;
    const timer = setInterval(() => setLeft(Math.max(0, Math.ceil((until - Date.now()) / 1000))), 500);
    return () => clearInterval(timer);
  }, [error]);
  const reason = typeof error === "string" ? error : error instanceof Failure && error.code === "unreachable" ? say("lost") : told(error);
  return html`<div class="trouble answer-trouble" role="alert">
    <${Icon} name="TriangleAlert" /><p>${reason}</p>
    <${Button} label=${left ? say("wait", { seconds: left }) : say("again")} icon="RotateCw" disabled=${busy || left > 0} act=${() => { retry(); }} />
  </div>`;
}
