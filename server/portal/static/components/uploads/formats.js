// The kinds of documents that Lectern reads, by the ends of their names; tests/portal compares them with the reader.

/** @type {{name: string, ends: string[]}[]} */
export const FORMATS = [
  { name: "PDF", ends: ["pdf"] },
  { name: "Word", ends: ["docx", "docm", "dotx", "dotm", "doc", "dot", "odt", "ott", "rtf"] },
  { name: "Excel", ends: ["xlsx", "xlsm", "xltx", "xltm", "xlsb", "xls", "xlt", "ods", "ots", "csv", "tsv", "tab"] },
  { name: "PowerPoint", ends: ["pptx", "pptm", "ppsx", "potx", "ppt", "pps", "pot", "odp", "otp"] },
  { name: "PNG, JPEG, TIFF", ends: ["png", "jpg", "jpeg", "tif", "tiff", "webp", "bmp"] },
  { name: "HTML, Markdown, text, mail", ends: ["html", "htm", "xhtml", "md", "markdown", "txt", "text", "log", "eml"] },
];

const ends = new Set(FORMATS.flatMap((format) => format.ends));

/** What a chooser of files offers. */
export const ACCEPT = [...ends].map((end) => `.${end}`).join(",");

/** Whether a file may be worth sending: its content has the last word, so one without an ending is tried. @param {string} name */
export function isReadable(name) {
  const dot = name.lastIndexOf(".");
  return dot <= 0 || ends.has(name.slice(dot + 1).toLowerCase());
}

/** A file's name without what turns the reading of text round: Lectern keeps it so, too. @param {File} file */
export const nameOf = (file) => file.name.normalize("NFC").replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "");

/** Whether programs, not people, put a file where it is. @param {string} name */
export function isLitter(name) {
  return name.startsWith(".") || name.startsWith("~$") || /^(thumbs\.db|desktop\.ini)$/i.test(name);
}
