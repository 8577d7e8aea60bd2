import { html } from "../../../libraries/preact.js";
import { LimitsList } from "../limits/limits_list.js";
import { LimitsPage } from "../limits/limits_page.js";

/** What users, keys and stores may use, and what they used this month; with `item`, one of them. @param {{item?: string}} props */
export default function Limits({ item }) {
  return item ? html`<${LimitsPage} key=${item} subject=${item} />` : html`<${LimitsList} />`;
}
