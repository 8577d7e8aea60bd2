// Large files go in parts. Which have arrived is kept in the browser, so that an upload goes on after a lost
// connection, a pause, and even after the page was closed: whoever gives the same file again need not send it again.
import { Failure, call } from "../../core/api.js";
import { send } from "./send.js";

export const PART_BYTES = 8 * 1024 * 1024;
const KEPT = "lectern.upload.";

/** @typedef {{upload: string, parts: Record<number, string>, until: number}} Begun parts by their number; until when it goes on, in seconds */

/** What tells a file from others without reading it. @param {File} file @param {string} store */
const fingerprint = (file, store) => `${KEPT}${store}|${file.name}|${file.size}|${file.lastModified}`;

/** @param {string} key @returns {Begun | null} */
function begun(key) {
  const kept = localStorage.getItem(key);
  return kept ? JSON.parse(kept) : null;
}

/** @param {string} key @param {Begun} state */
function keep(key, state) {
  try {
    localStorage.setItem(key, JSON.stringify(state));
  } catch {
    // No room: the upload works all the same, and only begins anew after a reload.
  }
}

/** Forgets uploads that Lectern has given up by now. */
export function forgetOld() {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(KEPT) && (begun(key)?.until ?? 0) < Date.now() / 1000) localStorage.removeItem(key);
  }
}

/** The upload that goes on, with only those parts that have arrived; null: there is none. @param {string} key @param {AbortSignal} signal */
async function goOn(key, signal) {
  const before = begun(key);
  if (!before) return null;
  try {
    const told = await call("GET", `/v1/uploads/${before.upload}`, undefined, signal);
    if (told.status !== "pending") return null;
    const arrived = new Set(told.parts.map((/** @type {{id: string}} */ part) => part.id));
    const parts = Object.fromEntries(Object.entries(before.parts).filter(([, id]) => arrived.has(id)));
    return { ...before, parts };
  } catch (error) {
    if (error instanceof Failure && error.status === 404) return null;
    throw error;
  }
}

/**
 * Uploads a file in parts, and returns its id. Called again for the same file, it sends only what has not arrived.
 * @param {File} file @param {string} store @param {AbortSignal} signal @param {(bytes: number) => void} gone
 * @returns {Promise<string>}
 */
export async function inParts(file, store, signal, gone) {
  const key = fingerprint(file, store);
  let state = await goOn(key, signal);
  if (!state) {
    const wish = { filename: file.name, bytes: file.size, purpose: "assistants", mime_type: file.type || "application/octet-stream" };
    const made = await call("POST", "/v1/uploads", wish, signal);
    state = { upload: made.id, parts: {}, until: made.expires_at };
    keep(key, state);
  }
  const number = Math.ceil(file.size / PART_BYTES);
  const size = (/** @type {number} */ index) => Math.min(PART_BYTES, file.size - index * PART_BYTES);
  let arrived = Object.keys(state.parts).reduce((sum, index) => sum + size(Number(index)), 0);
  gone(arrived);
  for (let index = 0; index < number; index += 1) {
    if (state.parts[index]) continue;
    const form = new FormData();
    form.append("data", file.slice(index * PART_BYTES, index * PART_BYTES + size(index)), "part");
    const before = arrived;
    const part = await send(`/v1/uploads/${state.upload}/parts`, form, signal, (bytes) => gone(before + Math.min(bytes, size(index))));
    state = { ...state, parts: { ...state.parts, [index]: part.id } };
    keep(key, state);
    arrived += size(index);
    gone(arrived);
  }
  const { upload, parts } = state;
  const done = await call("POST", `/v1/uploads/${upload}/complete`, { part_ids: Array.from({ length: number }, (_, index) => parts[index]) }, signal);
  localStorage.removeItem(key);
  return done.file.id;
}

/** Ends an upload that is not to go on, also at Lectern. @param {File} file @param {string} store */
export async function giveUp(file, store) {
  const key = fingerprint(file, store);
  const before = begun(key);
  if (!before) return;
  localStorage.removeItem(key);
  await call("POST", `/v1/uploads/${before.upload}/cancel`);
}
