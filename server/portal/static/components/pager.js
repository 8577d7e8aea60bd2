import { words } from "../core/language.js";
import { html } from "../libraries/preact.js";
import { Button } from "./button.js";

const say = words({ back: "Previous", next: "Next", page: "Page {number}", pages: "Pages" }, { back: "上一页", next: "下一页", page: "第 {number} 页", pages: "分页" });

/** The ways to the pages around the one shown; nothing where there is one page only. @param {{pages: import("../core/paging.js").Pages}} props */
export function Pager({ pages }) {
  if (!pages.next && !pages.back) return null;
  return html`<nav class="pager" aria-label=${say("pages")}>
    <${Button} label=${say("back")} icon="ChevronLeft" disabled=${!pages.back} act=${() => pages.back?.()} />
    <span class="soft small" aria-live="polite">${say("page", { number: pages.number })}</span>
    <${Button} label=${say("next")} icon="ChevronRight" disabled=${!pages.next} act=${() => pages.next?.()} />
  </nav>`;
}
