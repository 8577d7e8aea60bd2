import { call } from "../../core/api.js";
import { nameOf } from "./formats.js";

const MOST_NAMES = 50;
const MOST_CHARS = 6_000;

/** What tells two files of a store apart for people: the name and the folder. @param {string} name @param {unknown} path */
const keyOf = (name, path) => `${path || ""}\n${name}`;

/** The names in slices that fit into an address each. @param {Iterable<string>} names @returns {string[]} */
function queries(names) {
  const found = [];
  let query = "", number = 0;
  for (const name of names) {
    const part = `&filename=${encodeURIComponent(name)}`;
    if (number === MOST_NAMES || query.length + part.length > MOST_CHARS) {
      found.push(query);
      [query, number] = ["", 0];
    }
    query += part;
    number += 1;
  }
  return number ? [...found, query] : found;
}

/**
 * Those of the files that the store holds already by name and folder, each with the id of the newest such file there.
 * @param {import("./picked.js").Picked[]} files @param {string} store
 * @returns {Promise<Map<import("./picked.js").Picked, string>>}
 */
export async function present(files, store) {
  const known = new Map();
  for (const query of queries(new Set(files.map(({ file }) => nameOf(file))))) {
    const told = await call("GET", `/v1/vector_stores/${store}/files?limit=1000&order=asc${query}`);
    for (const one of told.data) known.set(keyOf(one.filename, one.attributes.path), one.id);
  }
  const pairs = files.map((one) => /** @type {const} */ ([one, known.get(keyOf(nameOf(one.file), one.path))]));
  return new Map(pairs.filter(([, id]) => id !== undefined));
}
