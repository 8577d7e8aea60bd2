// One question, and its answer as it comes.
import { heard, isOpen } from "../../components/answer/answer_of.js";
import { Failure, events } from "../../core/api.js";

/** @typedef {import("../../components/answer/answer_of.js").Answer} Answer */

/**
 * Asks, and tells of the answer at most once for each picture the browser draws, and at its end. Rejects with a
 * Failure if it breaks off, with an AbortError if `signal` ends it; what was told until then holds.
 * @param {string} question @param {import("./use_talk.js").Choice} choice
 * @param {string | {id: string, after: string | null}} conversation @param {AbortSignal} signal
 * @param {Answer} from @param {(answer: Answer) => void} tell @param {() => void} begun called with the first event
 */
export async function answering(question, choice, conversation, signal, from, tell, begun) {
  const tools = choice.stores.length ? [{ type: "file_search", vector_store_ids: choice.stores }] : [];
  const body = { model: choice.model, input: question, conversation, tools, stream: true };
  let answer = from;
  let frame = 0;
  const draw = () => {
    frame = 0;
    tell(answer);
  };
  try {
    for await (const event of events("POST", "/v1/responses", body, signal)) {
      if (event.type === "error") continue; // response.failed follows, and says the same
      if (event.type === "response.created") begun();
      answer = heard(answer, event);
      if (!frame) frame = requestAnimationFrame(draw);
    }
  } catch (error) {
    throw error instanceof TypeError ? lost() : error;
  } finally {
    cancelAnimationFrame(frame);
    tell(answer);
  }
  if (isOpen(answer)) throw lost();
}

const lost = () => new Failure("The connection was lost while the answer came.", 0, "unreachable");
