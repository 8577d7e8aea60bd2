import { Menu } from "../components/menu.js";
import { language, speakIn, words } from "../core/language.js";
import { session, signOut } from "../core/session.js";
import { isDark, show } from "../core/theme.js";
import { html, useLocation } from "../libraries/preact.js";

const say = words(
  { account: "Your account", dark: "Dark", light: "Light", other: "中文", out: "Sign out", menu: "Menu of {name}" },
  { account: "您的账户", dark: "深色", light: "浅色", other: "English", out: "退出", menu: "{name} 的菜单" },
);

/** One's own menu: account, language, theme, the way out. */
export function AccountMenu() {
  const { route } = useLocation();
  const name = session.value?.name ?? "";
  /** @type {import("../components/menu.js").Item[]} */
  const items = [
    { label: say("account"), icon: "User", act: () => route("/account") },
    { label: say("other"), icon: "Languages", act: () => speakIn(language.value === "zh" ? "en" : "zh") },
    isDark.value
      ? { label: say("light"), icon: "Sun", act: () => show("light") }
      : { label: say("dark"), icon: "Moon", act: () => show("dark") },
    { label: say("out"), icon: "LogOut", act: signOut },
  ];
  return html`<${Menu} label=${say("menu", { name })} items=${items} icon="User" />`;
}
