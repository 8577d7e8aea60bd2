// What is said in a conversation, as the page keeps it: pairs of question and answer.
import { answerOf, awaited } from "../../components/answer/answer_of.js";

/**
 * @typedef {object} Turn
 * @property {string} key stays while the turn is drawn, also before Lectern has named its response
 * @property {string} question
 * @property {import("../../components/answer/answer_of.js").Answer} answer
 * @property {string[]} siblings ids of the responses that follow the same one, this one among them, oldest first
 * @property {number | null} askedAt seconds since 1970
 */

/** The turn that a response of a conversation tells. @param {any} response @returns {Turn} */
export function turnOf(response) {
  return { key: response.id, question: questionOf(response.input ?? []), answer: answerOf(response), siblings: response.siblings ?? [response.id], askedAt: response.created_at };
}

/** A turn that is only asked. @param {string} question @param {string} model @param {string[]} stores @param {string[]} siblings @returns {Turn} */
export function newTurn(question, model, stores, siblings) {
  return { key: crypto.getRandomValues(new Uint32Array(2)).join("-"), question, answer: awaited(model, stores), siblings, askedAt: null };
}

/** What was asked, of the items of an input. @param {any[]} items */
function questionOf(items) {
  const asked = items.filter((item) => item.role === "user");
  const said = asked.map(({ content }) => (typeof content === "string" ? content : (content ?? []).map((/** @type {any} */ part) => part.text ?? "").join("")));
  return said.join("\n\n");
}
