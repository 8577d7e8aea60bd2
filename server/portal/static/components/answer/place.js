import { words } from "../../core/language.js";

const say = words({ page: "page {page}", cells: "{sheet}, {cells}" }, { page: "第 {page} 页", cells: "{sheet}，{cells}" });

/** Where in its file a source stands, in words; empty where the file is all there is to say. @param {import("../viewer/source.js").Source} source */
export function placeOfSource({ page, sheet, cells, headings }) {
  if (sheet) return cells ? say("cells", { sheet, cells }) : sheet;
  if (page) return say("page", { page });
  return headings?.at(-1) ?? "";
}
