import { words } from "../../core/language.js";

const say = words(
  {
    Title: "Heading", NarrativeText: "Text", ListItem: "List item", Table: "Table", Header: "Page header", Footer: "Page footer", Footnote: "Footnote",
    FigureCaption: "Caption", CodeSnippet: "Code", Comment: "Comment",
  },
  {
    Title: "标题", NarrativeText: "正文", ListItem: "列表项", Table: "表格", Header: "页眉", Footer: "页脚", Footnote: "脚注",
    FigureCaption: "图表标题", CodeSnippet: "代码", Comment: "批注",
  },
);

/** What kind of block an element is, in words. @param {import("./source.js").Element} element */
export function kindOf(element) {
  return say(/** @type {Parameters<typeof say>[0]} */ (element.kind));
}
