import { Icon } from "../components/icon.js";
import { UploadsPanel } from "../components/uploads/uploads_panel.js";
import { audits, may } from "../core/session.js";
import { words } from "../core/language.js";
import { html, useEffect, useLocation, useRef } from "../libraries/preact.js";
import { AccountMenu } from "./account_menu.js";
import { FindBox } from "./find_box.js";

const say = words(
  { skip: "Skip to the content", main: "Main", ask: "Ask", documents: "Documents", find: "Find", admin: "Administration", home: "Lectern, start page" },
  { skip: "跳到正文", main: "主导航", ask: "提问", documents: "文档", find: "查找", admin: "管理", home: "Lectern 首页" },
);

/** What stands around every page: the way to the others, the box that finds, and one's own menu. @param {{children?: unknown}} props */
export function Frame({ children }) {
  const { path } = useLocation();
  const content = useRef(/** @type {HTMLElement | null} */ (null));
  const section = path.split("/")[1] || "ask";
  const shown = useRef(section);
  useEffect(() => {
    // Who goes to another page by the keyboard goes on reading there.
    if (shown.current !== section) content.current?.focus({ preventScroll: true });
    shown.current = section;
  }, [section]);
  /** @type {{name: "ask" | "documents" | "find" | "admin", href: string, icon: import("../components/icon.js").IconName}[]} */
  const ways = [
    { name: "ask", href: "/ask", icon: "MessagesSquare" },
    { name: "documents", href: "/documents", icon: "BookOpen" },
    { name: "find", href: "/find", icon: "Search" },
    ...(may("admin") || audits() ? [/** @type {const} */ ({ name: "admin", href: "/admin", icon: "Settings" })] : []),
  ];
  return html`<div class="frame">
    <a class="skip" href="#content" onClick=${(/** @type {Event} */ event) => { event.preventDefault(); content.current?.focus(); }}>${say("skip")}</a>
    <header class="bar">
      <a class="brand" href="/" aria-label=${say("home")}><span aria-hidden="true">Lectern</span></a>
      <${FindBox} />
      <${AccountMenu} />
    </header>
    <nav class="ways" aria-label=${say("main")}>
      ${ways.map(({ name, href, icon }) => html`<a href=${href} aria-current=${section === name ? "page" : undefined}><${Icon} name=${icon} size=${20} /><span>${say(name)}</span></a>`)}
    </nav>
    <main id="content" ref=${content} tabindex="-1">${children}</main>
    <${UploadsPanel} />
  </div>`;
}
