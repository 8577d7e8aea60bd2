// Whom limits are for: users, keys and stores, by name.
import { named } from "../../../components/principal_picker.js";
import { call } from "../../../core/api.js";

/** Names by subject (`user:ID`, `key:ID`, `store:ID`); what is gone, or a key of a user, may lack one. @param {string[]} ids @param {AbortSignal} signal */
export async function namesOf(ids, signal) {
  const found = new Map();
  for (const [id, one] of await named(ids, signal)) found.set(id, one.name);
  const stores = ids.filter((id) => id.startsWith("store:"));
  await Promise.all(stores.map(async (id) => {
    const store = await call("GET", `/v1/vector_stores/${encodeURIComponent(id.slice(6))}`, undefined, signal).catch(() => null);
    if (store) found.set(id, store.name);
  }));
  return found;
}
