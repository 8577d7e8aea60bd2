// What the pages know of stores and the files in them, in the words of the API.

/**
 * @typedef {object} Store
 * @property {string} id
 * @property {string} name
 * @property {string | null} description
 * @property {"reader" | "editor" | "admin"} role the caller's own there
 * @property {boolean} shared
 * @property {number} usage_bytes
 * @property {number} last_active_at
 * @property {string} status
 * @property {{total: number, completed: number, in_progress: number, failed: number, cancelled: number}} file_counts
 * @property {{anchor: string, days: number} | null} expires_after
 * @property {number | null} expires_at
 */
/**
 * @typedef {object} StoreFile
 * @property {string} id
 * @property {string} filename
 * @property {number} bytes
 * @property {string | null} media_type
 * @property {number} created_at
 * @property {"in_progress" | "completed" | "failed" | "cancelled"} status
 * @property {{code: string, message: string, reason: string} | null} last_error
 * @property {boolean} partial
 * @property {string[]} losses
 * @property {string | null} duplicate_of
 * @property {string | null} replaces
 * @property {Record<string, string | number | boolean>} attributes
 * @property {{stage: string, done: number, total: number | null, unit: string, seconds_left: number | null} | null} progress_detail
 */

/** Whether the caller may change what is in the store. @param {Store} store */
export const mayEdit = (store) => store.role !== "reader";

/** Whether a file was given up and may be tried again. @param {StoreFile} file */
export const isRetried = (file) => file.status === "failed" || file.status === "cancelled";

/** @param {string} store */
export const pathOf = (store) => `/v1/vector_stores/${encodeURIComponent(store)}`;

const MOST_AT_ONCE = 1000;

/**
 * Does something for many files, so many in one request. @template T
 * @param {T[]} all @param {(some: T[]) => Promise<unknown>} act @param {(done: number) => void} [tell] @param {number} [most]
 */
export async function inSlices(all, act, tell, most = MOST_AT_ONCE) {
  for (let start = 0; start < all.length; start += most) {
    await act(all.slice(start, start + most));
    tell?.(Math.min(all.length, start + most));
  }
}
