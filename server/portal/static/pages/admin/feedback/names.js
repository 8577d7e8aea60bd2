// Who stands behind principals, by name.
import { call } from "../../../core/api.js";
import { useLoaded } from "../../../core/loading.js";

/** The names of principals, as far as they are known yet. @param {(string | undefined)[]} principals @returns {Map<string, string>} */
export function useNames(principals) {
  const ids = [...new Set(principals)].filter(Boolean).sort();
  const query = ids.map((id) => `id=${encodeURIComponent(String(id))}`).join("&");
  const { data } = useLoaded(async (signal) => (query ? (await call("GET", `/v1/principals?${query}`, undefined, signal)).data : []), [query]);
  return new Map((data ?? []).map((/** @type {{id: string, name: string}} */ one) => [one.id, one.name]));
}
