import { filed } from "../../components/uploads/uploads.js";
import { call } from "../../core/api.js";
import { usePages } from "../../core/paging.js";
import { useLoaded, useSettled } from "../../core/loading.js";
import { useEffect } from "../../libraries/preact.js";
import { pathOf } from "./stores.js";

/** @typedef {import("./stores.js").StoreFile} StoreFile */
/** @typedef {{q: string, filter: string, sort: string, order: "asc" | "desc"}} View */

const PER_PAGE = 100;
const SECONDS = 1.5;
const SETTLING = 700;

/**
 * The files of a store, a page at a time. Of those in sight, the ones that are being read are asked about again until
 * they are done, and nothing else is.
 * @param {string} store @param {View} view
 */
export function useStoreFiles(store, view) {
  const path = `${pathOf(store)}/files`;
  const pages = usePages(path, { ...view, counts: true }, PER_PAGE);
  const reading = (pages.rows ?? []).filter((one) => one.status === "in_progress").map((one) => one.id);
  const ids = reading.map((id) => `ids=${encodeURIComponent(id)}`).join("&");
  const { data } = useLoaded(
    async (signal) => (reading.length ? { of: ids, files: /** @type {StoreFile[]} */ ((await call("GET", `${path}?limit=${PER_PAGE}&${ids}`, undefined, signal)).data) } : null),
    [path, ids],
    reading.length ? SECONDS : 0,
  );
  const fresh = new Map(data?.of === ids ? data.files.map((one) => [one.id, one]) : []);
  const rows = /** @type {StoreFile[] | undefined} */ (pages.rows?.map((one) => fresh.get(one.id) ?? one));
  // One that is done changes the counts, and one that is gone has been replaced or removed.
  const isOver = data?.of === ids && reading.length > 0 && data.files.filter((one) => one.status === "in_progress").length < reading.length;
  const over = useSettled(isOver ? data : null, SETTLING);
  const more = useSettled(filed.value, SETTLING);
  useEffect(() => {
    if (over || more) pages.reload();
  }, [over, more]);
  return { ...pages, rows, counts: /** @type {Record<string, number> | undefined} */ (pages.answer?.counts) };
}
