// Which stores and which model are asked: what there is, and what was chosen last.
import { everything } from "../../core/api.js";
import { useLoaded } from "../../core/loading.js";
import { useState } from "../../libraries/preact.js";

/** @typedef {{id: string, name: string, role: "reader" | "editor" | "admin", file_counts: {completed: number, in_progress: number, total: number}}} Store */
/**
 * @typedef {object} Choosing
 * @property {Store[] | undefined} stores all that the caller may read; undefined until they came
 * @property {string[]} models
 * @property {string} model
 * @property {string[]} chosen ids of stores
 * @property {(ids: string[]) => void} chooseStores
 * @property {(model: string) => void} chooseModel
 * @property {Error | undefined} error
 * @property {() => Promise<void>} reload
 */

export const MOST_STORES = 20; // of one search, by the API
const STORES = "lectern.ask.stores";
const MODEL = "lectern.ask.model";

/** @returns {Choosing} */
export function useChoice() {
  const loaded = useLoaded(async () => {
    const [stores, models] = await Promise.all([everything("/v1/vector_stores"), everything("/v1/models")]);
    return { stores: /** @type {Store[]} */ (stores), models: models.filter((one) => one.task === "chat" && !one.id.includes("@")).map((one) => String(one.id)) };
  }, []);
  const [ids, setIds] = useState(() => kept(STORES));
  const [model, setModel] = useState(() => localStorage.getItem(MODEL) ?? "");
  const stores = loaded.data?.stores;
  const models = loaded.data?.models ?? [];
  const known = (stores ?? []).map((store) => store.id);
  // What was chosen and is gone, or may no longer be read, is no choice; without any, all are meant.
  const still = ids.filter((id) => known.includes(id));
  return {
    stores,
    models,
    model: models.includes(model) ? model : (models[0] ?? ""),
    chosen: still.length ? still : known.slice(0, MOST_STORES),
    chooseStores(chosen) {
      setIds(chosen);
      localStorage.setItem(STORES, JSON.stringify(chosen.length === known.length ? [] : chosen));
    },
    chooseModel(chosen) {
      setModel(chosen);
      localStorage.setItem(MODEL, chosen);
    },
    error: loaded.error,
    reload: loaded.reload,
  };
}

/** @param {string} name @returns {string[]} */
function kept(name) {
  try {
    const found = JSON.parse(localStorage.getItem(name) ?? "[]");
    return Array.isArray(found) ? found.map(String) : [];
  } catch {
    return []; // whoever wrote it, it was not us
  }
}
