// A download of unknown length that a browser does not do by itself, for it is asked for by POST.
import { request } from "../../../../core/api.js";

const KEPT_BYTES = 16 * 1024 * 1024;

/** lectern-2026-11-25-2107.tar */
function nameOfNow() {
  const now = new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString();
  return `lectern-${now.slice(0, 10)}-${now.slice(11, 16).replace(":", "")}.tar`;
}

/**
 * Saves a backup. One that breaks off is not saved: the promise is rejected then. What came is handed to the browser's
 * own store, which keeps it on disk, every 16 MiB.
 * @param {boolean} withKey @param {(bytes: number) => void} told @param {AbortSignal} signal
 * @returns {Promise<{name: string, bytes: number}>}
 */
export async function download(withKey, told, signal) {
  const response = await request("POST", "/v1/backup", { include_key: withKey }, signal);
  const reader = /** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */ (response.body).getReader();
  /** @type {Blob[]} */
  const kept = [];
  /** @type {Uint8Array<ArrayBuffer>[]} */
  let fresh = [];
  let bytes = 0;
  let held = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    fresh.push(value);
    bytes += value.length;
    held += value.length;
    if (held >= KEPT_BYTES) {
      kept.push(new Blob(fresh));
      fresh = [];
      held = 0;
    }
    told(bytes);
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([...kept, ...fresh], { type: "application/x-tar" }));
  link.download = nameOfNow();
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  return { name: link.download, bytes };
}
