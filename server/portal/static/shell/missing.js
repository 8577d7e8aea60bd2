import { Empty } from "../components/empty.js";
import { words } from "../core/language.js";
import { useTitle } from "../core/loading.js";
import { html } from "../libraries/preact.js";

const say = words(
  { missing: "There is no such page", home: "Ask a question instead" },
  { missing: "没有这个页面", home: "去提问" },
);

/** What an address shows that leads nowhere. */
export function Missing() {
  useTitle(say("missing"));
  return html`<div class="page"><h1 class="offscreen">${say("missing")}</h1><${Empty} icon="CircleHelp" title=${say("missing")}><a class="button" href="/">${say("home")}</a></${Empty}></div>`;
}
