// How the widget asks: the public API, with the key of the page. No cookie goes along, and nothing is kept.

/**
 * @typedef {object} Place where and by what right is asked
 * @property {string} home Lectern's origin
 * @property {string} key @property {string[]} stores their ids @property {string} model empty: the first there is
 */
/**
 * @typedef {object} Source what an answer cites; the API's annotation
 * @property {number} marker @property {string} file_id @property {string} vector_store_id @property {string} filename
 * @property {number | null} [page] @property {string | null} [sheet] @property {string | null} [cells]
 * @property {string[] | null} [headings] @property {string} [quote]
 */
/**
 * @typedef {object} Turn a question, and what came of it so far
 * @property {string} question @property {string} answer @property {Source[]} sources @property {string[]} next
 * @property {"asking" | "done" | "stopped" | "failed"} state
 * @property {boolean} absent the documents hold nothing about it
 * @property {Trouble} [trouble]
 */

const REMEMBERED = 6;

/** Why there is no answer: a word of the widget's, and its facts. */
export class Trouble extends Error {
  /** @param {"busy" | "closed" | "gone" | "failed" | "cut"} word @param {Record<string, string | number>} [facts] */
  constructor(word, facts = {}) {
    super(word);
    this.word = word;
    this.facts = facts;
  }
}

/** A turn that begins. @param {string} question @returns {Turn} */
export function begun(question) {
  return { question, answer: "", sources: [], next: [], state: "asking", absent: false };
}

/**
 * The turn as it grows with each piece of the answer. Throws Trouble; an AbortError when `signal` ends it.
 * @param {Place} place @param {Turn[]} before @param {Turn} turn @param {AbortSignal} signal
 * @returns {AsyncGenerator<Turn, void, void>}
 */
export async function* ask(place, before, turn, signal) {
  const said = before.filter((one) => one.state === "done").slice(-REMEMBERED);
  const messages = said.flatMap((one) => [{ role: "user", content: one.question }, { role: "assistant", content: one.answer }]);
  messages.push({ role: "user", content: turn.question });
  const knowledge = place.stores.length ? { knowledge: { vector_store_ids: place.stores } } : {};
  const model = place.model || (await firstModel(place, signal));
  const response = await send(place, "/v1/chat/completions", signal, { model, messages, stream: true, ...knowledge });
  let now = turn;
  for await (const data of datas(response)) {
    if (data === "[DONE]") {
      yield { ...now, state: "done" };
      return;
    }
    const chunk = JSON.parse(data);
    if (chunk.error) throw new Trouble("failed", { message: chunk.error.message });
    now = grown(now, chunk);
    yield now;
  }
  throw new Trouble("cut");
}

/** @param {Turn} turn @param {any} chunk @returns {Turn} */
function grown(turn, chunk) {
  const delta = chunk.choices?.[0]?.delta ?? {};
  const told = chunk.knowledge;
  return {
    ...turn,
    answer: turn.answer + (delta.content ?? ""),
    sources: delta.annotations?.length ? delta.annotations : turn.sources,
    absent: told ? told.found === false : turn.absent,
    next: told?.follow_ups ?? turn.next,
  };
}

/** @param {Place} place @param {AbortSignal} signal @returns {Promise<string>} */
async function firstModel(place, signal) {
  const { data } = await (await send(place, "/v1/models", signal)).json();
  const found = data.find((/** @type {{task: string, id: string}} */ one) => one.task === "chat" && !one.id.includes("@"));
  if (!found) throw new Trouble("closed");
  return found.id;
}

/** @param {Place} place @param {string} path @param {AbortSignal} signal @param {unknown} [body] @returns {Promise<Response>} */
async function send(place, path, signal, body) {
  /** @type {Record<string, string>} */
  const headers = { Authorization: `Bearer ${place.key}`, ...(body ? { "Content-Type": "application/json" } : {}) };
  const sent = { method: body ? "POST" : "GET", headers, body: body ? JSON.stringify(body) : null, signal };
  /** @type {Response} */
  let response;
  try {
    response = await fetch(place.home + path, { ...sent, credentials: "omit", referrerPolicy: "origin" });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Trouble("gone"); // also where the key is not for this page: the browser tells nobody why
  }
  if (response.ok) return response;
  if (response.status === 429) throw new Trouble("busy", { seconds: response.headers.get("Retry-After") ?? 10 });
  if ([401, 403, 404].includes(response.status)) throw new Trouble("closed");
  const told = await response.json().catch(() => null);
  throw new Trouble("failed", { message: told?.error?.message ?? `${response.status} ${response.statusText}` });
}

/** The data of server-sent events, as they come. @param {Response} response @returns {AsyncGenerator<string, void, void>} */
async function* datas(response) {
  const decoder = /** @type {TransformStream<Uint8Array, string>} */ (new TextDecoderStream());
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).pipeThrough(decoder).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.startsWith("data: ")) yield line.slice(6);
  }
}
