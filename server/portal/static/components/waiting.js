import { words } from "../core/language.js";
import { html, useEffect, useState } from "../libraries/preact.js";
import { Icon } from "./icon.js";

const say = words({ loading: "Loading …" }, { loading: "正在加载……" });
const PATIENCE = 300;

/** Something is on its way. It shows after a moment only, so that what comes at once does not flicker. */
export function Waiting() {
  const [shown, show] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => show(true), PATIENCE);
    return () => clearTimeout(timer);
  }, []);
  return html`<div class="waiting" role="status">${shown && html`<${Icon} name="LoaderCircle" class="turning" />${say("loading")}`}</div>`;
}
