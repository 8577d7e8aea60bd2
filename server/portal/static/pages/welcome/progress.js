// How far the first run is.

const KEPT = "lectern.welcome";

/**
 * @typedef {object} Progress
 * @property {number} step 0: the administrator, 1: a document, 2: a question
 * @property {string} [user] the id of the administrator, made and without a password yet
 * @property {{id: string, name: string}} [store] where the first files are
 */

/** @returns {Progress} */
export function kept() {
  try {
    return { step: 0, ...JSON.parse(localStorage.getItem(KEPT) ?? "{}") };
  } catch {
    return { step: 0 };
  }
}

/** @param {Progress} progress */
export function keep(progress) {
  localStorage.setItem(KEPT, JSON.stringify(progress));
}

export function forget() {
  localStorage.removeItem(KEPT);
}
