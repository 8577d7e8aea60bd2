// Pages are loaded when they are first shown, each with its stylesheet.
import { lazy } from "../libraries/preact.js";

const root = new URL("..", import.meta.url);

/** @type {Map<string, Promise<void>>} */
const sheets = new Map();

/** Adds a stylesheet of `style/` to the page, once. @param {string} name @returns {Promise<void>} */
export function style(name) {
  const known = sheets.get(name);
  if (known) return known;
  const adding = new Promise((/** @type {(done: void) => void} */ done) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = new URL(`style/${name}.css`, root).href;
    // The page that came may have named it already.
    if ([...document.styleSheets].some((sheet) => sheet.href === link.href)) return done();
    // A page without its looks is better than none.
    link.onload = link.onerror = () => done();
    document.head.append(link);
  });
  sheets.set(name, adding);
  return adding;
}

/**
 * A page that is loaded when it is first shown: the default export of its module, after the stylesheets it needs.
 * @param {() => Promise<{default: import("preact").ComponentType<any>}>} load @param {...string} names
 */
export function page(load, ...names) {
  return lazy(async () => {
    const [module] = await Promise.all([load(), ...names.map(style)]);
    return module;
  });
}
