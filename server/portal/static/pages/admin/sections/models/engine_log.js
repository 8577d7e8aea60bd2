import { Button } from "../../../../components/button.js";
import { Empty } from "../../../../components/empty.js";
import { tell } from "../../../../components/notices.js";
import { copy } from "../../../../core/clipboard.js";
import { words } from "../../../../core/language.js";
import { html, useEffect, useRef, useState } from "../../../../libraries/preact.js";

const say = words(
  { log: "Log of the engine", follow: "Follow", copy: "Copy", copied: "Copied", none: "The engine has written nothing yet", lines: "Its last {count} lines; secrets are taken out." },
  { log: "引擎日志", follow: "跟随最新", copy: "复制", copied: "已复制", none: "引擎尚未输出任何内容", lines: "最近 {count} 行；其中的密钥已去除。" },
);
const NEAR = 8;

/** The end of the engine's log. It stays at its end while it is followed; who scrolls up reads on in peace. @param {{lines: string[]}} props */
export function EngineLog({ lines }) {
  const [follows, setFollows] = useState(true);
  const place = useRef(/** @type {HTMLPreElement | null} */ (null));
  useEffect(() => {
    if (follows && place.current) place.current.scrollTop = place.current.scrollHeight;
  }, [lines, follows]);
  /** @param {Event} event */
  function scrolled(event) {
    const { scrollHeight, scrollTop, clientHeight } = /** @type {HTMLElement} */ (event.currentTarget);
    setFollows(scrollHeight - scrollTop - clientHeight < NEAR);
  }
  const copyAll = async () => {
    await copy(lines.join("\n"));
    tell(say("copied"));
  };
  return html`<section class="stack" aria-labelledby="log">
    <div class="page-head"><h2 id="log">${say("log")}</h2>
      <div class="row">
        <${Button} label=${say("follow")} icon="ArrowDown" aria-pressed=${follows} act=${() => setFollows(!follows)} />
        <${Button} label=${say("copy")} icon="Copy" disabled=${!lines.length} act=${copyAll} />
      </div>
    </div>
    ${lines.length
      ? html`<pre class="log" tabindex="0" aria-label=${say("log")} role="log" aria-live="off" ref=${place} onScroll=${scrolled}>${lines.join("\n")}</pre><p class="soft small">${say("lines", { count: lines.length })}</p>`
      : html`<${Empty} icon="ScrollText" title=${say("none")} />`}
  </section>`;
}
