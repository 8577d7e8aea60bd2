// Where things are in the portal, as addresses.

/**
 * A place in a document, in the words of the API's annotations and search results.
 * @typedef {object} Place
 * @property {string} vector_store_id
 * @property {string} file_id
 * @property {number | null} [page]
 * @property {string | null} [sheet]
 * @property {string | null} [cells]
 * @property {string | null} [quote]
 */

const MOST_QUOTE = 300;

/** The address of a place in a document. @param {Place} place */
export function addressOf(place) {
  const facts = new URLSearchParams();
  if (place.page) facts.set("page", String(place.page));
  if (place.sheet) facts.set("sheet", place.sheet);
  if (place.cells) facts.set("cells", place.cells);
  if (place.quote) facts.set("quote", [...place.quote].slice(0, MOST_QUOTE).join(""));
  const query = facts.toString();
  const path = `/documents/${encodeURIComponent(place.vector_store_id)}/${encodeURIComponent(place.file_id)}`;
  return query ? `${path}?${query}` : path;
}

/**
 * The place that the query of a document's address names.
 * @param {Record<string, string | undefined>} query @returns {{page: number | null, sheet: string | null, cells: string | null, quote: string | null}}
 */
export function placeOf({ page, sheet, cells, quote }) {
  const number = Number(page);
  return { page: Number.isInteger(number) && number > 0 ? number : null, sheet: sheet || null, cells: cells || null, quote: quote || null };
}
