// How cells are named: A1, B2:D7.

/** @typedef {{top: number, left: number, bottom: number, right: number}} Range rows and columns count from 1 */

/** The letters of a column. @param {number} column @returns {string} */
export function columnName(column) {
  let name = "";
  for (let left = column; left > 0; left = Math.floor((left - 1) / 26)) name = String.fromCharCode(65 + ((left - 1) % 26)) + name;
  return name;
}

/** @param {string} letters */
function columnNumber(letters) {
  return [...letters].reduce((number, letter) => number * 26 + letter.charCodeAt(0) - 64, 0);
}

/** The cells that a name tells; null if it is none. @param {string | null | undefined} name @returns {Range | null} */
export function rangeOf(name) {
  const found = /^([A-Z]{1,3})(\d{1,7})(?::([A-Z]{1,3})(\d{1,7}))?$/.exec(name ?? "");
  if (!found) return null;
  const left = columnNumber(found[1]);
  const top = Number(found[2]);
  return { top, left, bottom: found[4] ? Number(found[4]) : top, right: found[3] ? columnNumber(found[3]) : left };
}
