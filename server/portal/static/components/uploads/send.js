import { Failure } from "../../core/api.js";

/**
 * Sends a form and tells how much of it has gone: what `fetch` does not. Rejects as `request` of core/api.js.
 * @param {string} path @param {FormData} form @param {AbortSignal} signal @param {(bytes: number) => void} gone
 * @returns {Promise<any>}
 */
export function send(path, form, signal, gone) {
  return new Promise((done, fail) => {
    const sending = new XMLHttpRequest();
    const halt = () => sending.abort();
    signal.addEventListener("abort", halt);
    sending.open("POST", path);
    sending.setRequestHeader("X-Lectern-Portal", "1");
    sending.upload.onprogress = (event) => gone(event.loaded);
    sending.onabort = () => fail(new DOMException("", "AbortError"));
    sending.onerror = () => fail(new Failure("Lectern does not answer.", 0, "unreachable"));
    sending.onload = () => {
      const answer = read(sending.responseText);
      if (sending.status < 300) done(answer);
      else fail(failure(sending, answer));
    };
    sending.onloadend = () => signal.removeEventListener("abort", halt);
    sending.send(form);
  });
}

/** @param {string} text */
function read(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null; // not Lectern's own answer
  }
}

/** @param {XMLHttpRequest} sent @param {any} answer */
function failure(sent, answer) {
  const { message, code } = answer?.error ?? { message: `${sent.status} ${sent.statusText}`, code: "" };
  return new Failure(message, sent.status, code, Number(sent.getResponseHeader("Retry-After")) || null);
}
