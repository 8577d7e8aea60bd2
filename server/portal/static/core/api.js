// The portal's one way to Lectern: the public API, with the session's cookie.

const OWN = { "X-Lectern-Portal": "1" };

/** What Lectern answers when it cannot do what was asked. `code` is for programs, the message for people. */
export class Failure extends Error {
  /** @param {string} message @param {number} status @param {string} code @param {number | null} retryAfter seconds */
  constructor(message, status, code, retryAfter = null) {
    super(message);
    this.name = "Failure";
    this.status = status;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** @type {Set<() => void>} */
const whenSignedOut = new Set();

/** Has a function called when a request finds that the session has ended. @param {() => void} heed */
export function onSignedOut(heed) {
  whenSignedOut.add(heed);
}

/** The failure that a response tells of. @param {Response} response @returns {Promise<Failure>} */
export async function failureOf(response) {
  let message = `${response.status} ${response.statusText}`;
  let code = "";
  try {
    ({ message, code } = (await response.json()).error);
  } catch {
    // The answer was not Lectern's own: its status line is all there is to tell.
  }
  const wait = Number(response.headers.get("Retry-After"));
  return new Failure(message, response.status, code, wait || null);
}

/**
 * The response to a request. Rejects with a Failure if it is not a good one or nobody answers, with an AbortError if
 * `signal` ends it.
 * @param {string} method @param {string} path @param {unknown} [body] JSON, or a FormData
 * @param {AbortSignal} [signal] @returns {Promise<Response>}
 */
export async function request(method, path, body, signal) {
  const form = body instanceof FormData;
  const headers = body === undefined || form ? OWN : { ...OWN, "Content-Type": "application/json" };
  const sent = body === undefined ? null : form ? body : JSON.stringify(body);
  /** @type {Response} */
  let response;
  try {
    response = await fetch(path, { method, headers, body: sent, signal: signal ?? null });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Failure("Lectern does not answer. Check the connection, then try again.", 0, "unreachable");
  }
  if (response.ok) return response;
  if (response.status === 401 && !path.startsWith("/portal/")) for (const heed of whenSignedOut) heed();
  throw await failureOf(response);
}

/**
 * What Lectern answers, read as JSON; null where it has nothing to say.
 * @param {string} method @param {string} path @param {unknown} [body] @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export async function call(method, path, body, signal) {
  const response = await request(method, path, body, signal);
  return response.status === 204 ? null : response.json();
}

/** Every object of a list, page by page. @param {string} path @param {number} [limit] @returns {Promise<any[]>} */
export async function everything(path, limit = 100) {
  const found = [];
  const join = path.includes("?") ? "&" : "?";
  for (let after = ""; ; ) {
    const page = await call("GET", `${path}${join}limit=${limit}${after}`);
    found.push(...page.data);
    if (!page.has_more) return found;
    after = `&after=${encodeURIComponent(page.last_id)}`;
  }
}

/**
 * The events of a streamed answer, as they come; the last one may be an `error`.
 * @param {string} method @param {string} path @param {unknown} [body] @param {AbortSignal} [signal]
 * @returns {AsyncGenerator<any, void, void>}
 */
export async function* events(method, path, body, signal) {
  const response = await request(method, path, body, signal);
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).pipeThrough(/** @type {TransformStream<Uint8Array, string>} */ (new TextDecoderStream())).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line.startsWith("data: ") && line !== "data: [DONE]") yield JSON.parse(line.slice(6));
    }
  }
}
