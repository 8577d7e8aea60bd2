// An answer as it is drawn: what a response object of the API says, whether complete or on its way.

/** @typedef {import("../viewer/source.js").Source & {marker: number, index: number, score?: number, low_confidence?: boolean}} Annotation */
/**
 * @typedef {object} Answer
 * @property {string | null} id of the response; null before Lectern has named it
 * @property {"asking" | "answering" | "completed" | "incomplete" | "cancelled" | "failed"} status
 * @property {string} text
 * @property {string} thought what the model thought before, where it tells
 * @property {Annotation[]} annotations
 * @property {string[]} queries what was searched for
 * @property {Knowledge | null} knowledge
 * @property {boolean} withheld a part is kept back, for its documents may not be read
 * @property {Error | string | null} error why it ended early
 * @property {string} model
 * @property {string[]} stores ids of the stores that were searched
 * @property {boolean} shared
 * @property {{rating: "up" | "down" | null, comment: string | null} | null} feedback
 */
/** @typedef {{found: boolean, grounded: boolean, engine: string, unanswered?: string[], follow_ups?: string[]}} Knowledge */

/** An answer of which nothing has come yet. @param {string} model @param {string[]} stores @returns {Answer} */
export function awaited(model, stores) {
  return {
    id: null, status: "asking", text: "", thought: "", annotations: [], queries: [], knowledge: null, withheld: false, error: null, model, stores, shared: false, feedback: null,
  };
}

/** @type {Record<string, Answer["status"]>} */
const STATUS = { queued: "asking", in_progress: "answering", completed: "completed", incomplete: "incomplete", cancelled: "cancelled", failed: "failed" };

/** The answer that a response object tells. @param {any} response @returns {Answer} */
export function answerOf(response) {
  const items = response.output.filter(Boolean);
  const parts = items.filter((/** @type {any} */ item) => item.type === "message").flatMap((/** @type {any} */ item) => item.content ?? []);
  const searches = items.filter((/** @type {any} */ item) => item.type === "file_search_call");
  const tools = (response.tools ?? []).filter((/** @type {any} */ tool) => tool.type === "file_search");
  return {
    id: response.id,
    status: STATUS[response.status] ?? "failed",
    text: parts.map((/** @type {any} */ part) => part.text ?? part.refusal ?? "").join(""),
    thought: items.filter((/** @type {any} */ item) => item.type === "reasoning").flatMap((/** @type {any} */ item) => item.content ?? []).map((/** @type {any} */ part) => part.text).join(""),
    annotations: parts.flatMap((/** @type {any} */ part) => part.annotations ?? []),
    queries: searches.flatMap((/** @type {any} */ item) => item.queries ?? []),
    knowledge: response.knowledge ?? null,
    withheld: Boolean(response.withheld) || items.some((/** @type {any} */ item) => item.withheld),
    error: response.error?.message ?? null,
    model: response.model,
    stores: tools.flatMap((/** @type {any} */ tool) => tool.vector_store_ids),
    shared: Boolean(response.shared),
    feedback: response.feedback ?? null,
  };
}

/**
 * The answer after one more event of its stream; the same object where the event adds nothing.
 * @param {Answer} answer @param {any} event @returns {Answer}
 */
export function heard(answer, event) {
  switch (event.type) {
    case "response.created":
      return { ...answer, id: event.response.id, status: "answering" };
    case "response.output_item.added":
      return event.item.type === "file_search_call" ? { ...answer, queries: event.item.queries ?? [] } : answer;
    case "response.output_text.delta":
    case "response.refusal.delta":
      return { ...answer, text: answer.text + event.delta };
    case "response.reasoning_text.delta":
      return { ...answer, thought: answer.thought + event.delta };
    case "response.output_text.annotation.added":
      return { ...answer, annotations: [...answer.annotations, event.annotation] };
    case "response.completed":
    case "response.incomplete":
    case "response.failed":
      return answerOf(event.response);
    default:
      return answer;
  }
}

/** Whether more is to come. @param {Answer} answer */
export const isOpen = (answer) => answer.status === "asking" || answer.status === "answering";

/**
 * The sources of an answer, in the order of their numbers: one for each passage that it cites.
 * @param {Answer} answer @returns {Annotation[]}
 */
export function sourcesOf(answer) {
  /** @type {Map<number, Annotation>} */
  const found = new Map();
  for (const one of answer.annotations) if (one.marker != null && !found.has(one.marker)) found.set(one.marker, one);
  return [...found.values()].sort((one, other) => one.marker - other.marker);
}
