import { html, useRoute } from "../../libraries/preact.js";
import { StorePage } from "./store_page.js";
import { StoresPage } from "./stores_page.js";

/** All document stores, or the one that the address names. */
export default function Documents() {
  const { store } = useRoute().params;
  return store ? html`<${StorePage} key=${store} id=${store} />` : html`<${StoresPage} />`;
}
