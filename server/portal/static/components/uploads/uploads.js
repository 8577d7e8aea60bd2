// The uploads under way: a few at once, whatever page of the portal shows.
import { Failure, call } from "../../core/api.js";
import { batch, signal } from "../../libraries/preact.js";
import { PART_BYTES, forgetOld, giveUp, inParts } from "./in_parts.js";
import { send } from "./send.js";

/** @typedef {"waiting" | "sending" | "filing" | "offline" | "paused" | "failed" | "cancelled" | "done"} Phase */
/** @typedef {{id: string, name: string}} Target the store that files go into */
/**
 * @typedef {object} Upload
 * @property {number} id
 * @property {File} file
 * @property {string} path within the folder it came with, or empty
 * @property {Target} store
 * @property {string | null} replaces the file whose place it takes
 * @property {import("@preact/signals").Signal<Phase>} phase
 * @property {import("@preact/signals").Signal<number>} sent bytes
 * @property {import("@preact/signals").Signal<Error | null>} error
 * @property {AbortController} halt
 * @property {string | null} fileId once all of it has arrived
 */
/** @typedef {import("./picked.js").Picked & {replaces?: string | null}} Wanted */

const AT_ONCE = 3;
const MOST_PATH = 512;
const LONGEST_WAIT = 15;
const TROUBLED = new Set([0, 429, 502, 503, 504]);
const ENDED = new Set(/** @type {Phase[]} */ (["failed", "cancelled", "done"]));

/** All uploads since the page was loaded, oldest first. */
export const uploads = signal(/** @type {Upload[]} */ ([]));
/** How many files have been put into stores so far: lists look at it to know that there is more. */
export const filed = signal(0);

let last = 0;

/** Whether an upload has come to its end, good or bad. @param {Upload} upload */
export const hasEnded = (upload) => ENDED.has(upload.phase.value);

/** Puts files on their way into a store. @param {Wanted[]} files @param {Target} store */
export function enqueue(files, store) {
  if (uploads.value.length === 0) {
    forgetOld();
    addEventListener("beforeunload", stay);
  }
  const added = files.map(({ file, path, replaces = null }) => ({
    id: ++last, file, path, store, replaces, fileId: null, halt: new AbortController(),
    phase: signal(/** @type {Phase} */ ("waiting")), sent: signal(0), error: signal(/** @type {Error | null} */ (null)),
  }));
  uploads.value = [...uploads.value, ...added];
  proceed();
}

/** @param {BeforeUnloadEvent} event */
function stay(event) {
  if (uploads.value.some((one) => !hasEnded(one))) event.preventDefault();
}

function proceed() {
  const busy = uploads.value.filter((one) => ["sending", "filing", "offline"].includes(one.phase.value)).length;
  for (const next of uploads.value.filter((one) => one.phase.value === "waiting").slice(0, Math.max(0, AT_ONCE - busy))) run(next);
}

/** @param {Upload} upload */
async function run(upload) {
  const { signal: halted } = (upload.halt = new AbortController());
  batch(() => {
    upload.error.value = null;
    upload.phase.value = "sending";
  });
  for (let wait = 1; ; wait = Math.min(2 * wait, LONGEST_WAIT)) {
    try {
      await pass(upload, halted);
      upload.phase.value = "done";
      filed.value += 1;
      break;
    } catch (error) {
      if (halted.aborted) break; // whoever stopped it has said why
      if (!(error instanceof Failure && TROUBLED.has(error.status))) {
        batch(() => {
          upload.error.value = /** @type {Error} */ (error);
          upload.phase.value = "failed";
        });
        break;
      }
      upload.phase.value = "offline";
      await connected(error.retryAfter ?? wait, halted);
      if (halted.aborted) break;
      upload.phase.value = "sending";
    }
  }
  proceed();
}

/** One try. @param {Upload} upload @param {AbortSignal} halted */
async function pass(upload, halted) {
  const { file, path, store } = upload;
  const gone = (/** @type {number} */ bytes) => {
    upload.sent.value = Math.min(bytes, file.size);
  };
  if (!upload.fileId) upload.fileId = file.size > PART_BYTES ? await inParts(file, store.id, halted, gone) : await whole(file, halted, gone);
  batch(() => {
    upload.sent.value = file.size;
    upload.phase.value = "filing";
  });
  const wish = { file_id: upload.fileId, ...(path && { attributes: { path: [...path].slice(0, MOST_PATH).join("") } }), ...(upload.replaces && { replaces: upload.replaces }) };
  try {
    await call("POST", `/v1/vector_stores/${store.id}/files`, wish, halted);
  } catch (error) {
    // The file to be replaced has left meanwhile: then there is nothing to replace.
    if (!(error instanceof Failure && error.status === 404 && upload.replaces)) throw error;
    await call("POST", `/v1/vector_stores/${store.id}/files`, { ...wish, replaces: undefined }, halted);
  }
}

/** @param {File} file @param {AbortSignal} halted @param {(bytes: number) => void} gone @returns {Promise<string>} */
async function whole(file, halted, gone) {
  const form = new FormData();
  form.append("purpose", "assistants");
  form.append("file", file, file.name);
  return (await send("/v1/files", form, halted, gone)).id;
}

/** Waits so many seconds, or until the browser is connected again, or is halted. @param {number} seconds @param {AbortSignal} halted @returns {Promise<void>} */
function connected(seconds, halted) {
  return new Promise((done) => {
    const go = () => {
      clearTimeout(timer);
      removeEventListener("online", go);
      halted.removeEventListener("abort", go);
      done();
    };
    const timer = setTimeout(go, seconds * 1000);
    addEventListener("online", go);
    halted.addEventListener("abort", go);
  });
}

/** Stops an upload for now. @param {Upload} upload */
export function pause(upload) {
  if (hasEnded(upload)) return;
  upload.phase.value = "paused";
  upload.halt.abort();
  proceed();
}

/** Has an upload go on that was paused, or try again. @param {Upload} upload */
export function resume(upload) {
  upload.phase.value = "waiting";
  proceed();
}

/** Ends an upload without a file. @param {Upload} upload */
export async function cancel(upload) {
  upload.phase.value = "cancelled";
  upload.halt.abort();
  proceed();
  // What it left is removed at once if Lectern answers, else with time.
  if (!upload.fileId) await giveUp(upload.file, upload.store.id).catch(() => undefined);
}

/** Forgets the uploads that have ended. */
export function clearEnded() {
  uploads.value = uploads.value.filter((one) => !hasEnded(one));
}
