import { page } from "../core/pages.js";
import { recognise, session } from "../core/session.js";
import { Notices } from "../components/notices.js";
import { Trouble } from "../components/trouble.js";
import { Waiting } from "../components/waiting.js";
import { LocationProvider, Route, Router, html, useEffect, useErrorBoundary, useLocation, useState } from "../libraries/preact.js";
import { Frame } from "./frame.js";
import { Missing } from "./missing.js";

const SignIn = page(() => import("../pages/sign_in/sign_in.js"), "sign_in");
const Ask = page(() => import("../pages/ask/ask.js"), "viewer", "ask");
const Answer = page(() => import("../pages/answer/answer.js"), "viewer", "shared_answer");
const Documents = page(() => import("../pages/documents/documents.js"), "documents");
const Document = page(() => import("../pages/document/document.js"), "viewer", "document");
const Find = page(() => import("../pages/find/find.js"), "find");
const Admin = page(() => import("../pages/admin/admin.js"), "admin");
const Account = page(() => import("../pages/account/account.js"), "admin");
const Welcome = page(() => import("../pages/welcome/welcome.js"), "documents", "welcome");

/** The whole portal: who is not signed in is asked to, everybody else gets the page of the address. */
export function Portal() {
  const [error, setError] = useState(/** @type {Error | null} */ (null));
  useEffect(() => {
    recognise().catch(setError);
  }, []);
  const retry = async () => {
    setError(null);
    await recognise().catch(setError);
  };
  if (error) return html`<main class="alone"><${Trouble} error=${error} retry=${retry} /></main>`;
  return html`<${LocationProvider}>${session.value ? html`<${Signed} />` : html`<${Waiting} />`}<${Notices} /></${LocationProvider}>`;
}

function Signed() {
  const { url } = useLocation();
  // What an address hands over behind its #, where no server sees it: the token of a password link.
  const choosesPassword = new URLSearchParams(location.hash.slice(1)).has("password");
  if (!session.value?.role || choosesPassword) return html`<${Router}><${Route} default component=${SignIn} /></${Router}>`;
  if (url.split("?")[0] === "/welcome" || (session.value.first_run && url === "/")) return html`<${Router}><${Route} default component=${Welcome} /></${Router}>`;
  return html`<${Frame}><${Guarded} key=${url.split("?")[0].split("/")[1] || "ask"} /></${Frame}>`;
}

function Guarded() {
  const [error, forget] = useErrorBoundary();
  if (error) return html`<div class="page"><${Trouble} error=${error} retry=${forget} /></div>`;
  return html`<${Router}>
    <${Route} path="/" component=${Ask} />
    <${Route} path="/ask/:conversation?" component=${Ask} />
    <${Route} path="/answers/:response" component=${Answer} />
    <${Route} path="/documents" component=${Documents} />
    <${Route} path="/documents/:store" component=${Documents} />
    <${Route} path="/documents/:store/:file" component=${Document} />
    <${Route} path="/find" component=${Find} />
    <${Route} path="/admin/:section?/:item?" component=${Admin} />
    <${Route} path="/account" component=${Account} />
    <${Route} default component=${Missing} />
  </${Router}>`;
}
