// Parts Markdown into tokens; components/markdown.js draws them, so that no markup of an answer ever becomes HTML.
export { lexer } from "marked";
