import { KeyList } from "../../../components/keys/key_list.js";
import { html } from "../../../libraries/preact.js";

/** All API keys. */
export default function Keys() {
  return html`<${KeyList} />`;
}
