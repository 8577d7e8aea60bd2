// <lectern-chat>: asks Lectern from a page of somebody else's. docs/howto/widget.md tells how to use it.
import { h, render } from "../libraries/preact.js";
import { Chat } from "./chat.js";
import text from "./widget.css";
import { WORDS } from "./words.js";

// Sheets made by script are no inline styles: they work under policies that forbid those.
const sheet = new CSSStyleSheet();
sheet.replaceSync(text);

const HOME = new URL(import.meta.url).origin;
const dark = matchMedia("(prefers-color-scheme: dark)");

class LecternChat extends HTMLElement {
  static observedAttributes = ["key", "store", "model", "language", "theme", "inline", "label"];

  constructor() {
    super();
    this.draw = this.draw.bind(this);
    this.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet];
  }

  connectedCallback() {
    dark.addEventListener("change", this.draw);
    this.draw();
  }

  disconnectedCallback() {
    dark.removeEventListener("change", this.draw);
    render(null, /** @type {ShadowRoot} */ (this.shadowRoot));
  }

  attributeChangedCallback() {
    if (this.isConnected) this.draw();
  }

  draw() {
    const root = /** @type {ShadowRoot} */ (this.shadowRoot);
    const language = this.spoken();
    const place = {
      home: HOME,
      key: this.getAttribute("key") ?? "",
      stores: (this.getAttribute("store") ?? "").split(/[\s,]+/).filter(Boolean),
      model: this.getAttribute("model") ?? "",
    };
    const label = this.getAttribute("label") || WORDS[language].title;
    render(h(Chat, { place, language, label, dark: this.isDark(), inline: this.hasAttribute("inline") }), root);
  }

  /** The language of the attribute, else of the page around, else of the browser. @returns {"en" | "zh"} */
  spoken() {
    const chosen = this.getAttribute("language") ?? "auto";
    const around = this.closest("[lang]")?.getAttribute("lang") || navigator.language;
    return (chosen === "auto" ? around : chosen).toLowerCase().startsWith("zh") ? "zh" : "en";
  }

  /** Whether the attribute says dark, or else the page around is. */
  isDark() {
    const chosen = this.getAttribute("theme") ?? "auto";
    if (chosen !== "auto") return chosen === "dark";
    const schemes = getComputedStyle(this).colorScheme;
    return schemes.includes("dark") && (!schemes.includes("light") || dark.matches);
  }
}

if (!customElements.get("lectern-chat")) customElements.define("lectern-chat", LecternChat);
