// How somebody signs in, in words.
import { words } from "../../../core/language.js";

const say = words(
  { password: "Password", none: "No password yet", keys: "API keys only" },
  { password: "密码", none: "尚未设置密码", keys: "仅 API 密钥" },
);

/** @typedef {{id: string, name: string, kind: "person" | "service", role: import("../../../core/session.js").Role, email: string | null, issuer: string | null,
 *   subject: string | null, has_password: boolean, created_at: number, disabled_at: number | null, signed_in_at: number | null}} User */

/** @param {User} user */
export function wayIn(user) {
  if (user.kind === "service") return say("keys");
  if (user.issuer) return user.issuer.replace(/^https?:\/\//, "");
  return user.has_password ? say("password") : say("none");
}
