// What the widget says. An element may speak another language than the next one, so there is no language of the module.

const en = {
  title: "Ask the documents",
  open: "Ask the documents",
  close: "Close",
  anew: "New conversation",
  hint: "Ask a question. Answers come from the documents and show where they stand.",
  unkept: "This conversation is gone when you leave the page.",
  question: "Question",
  send: "Send",
  stop: "Stop",
  stopped: "Stopped.",
  thinking: "Looking through the documents…",
  you: "You",
  answer: "Answer",
  sources: "Sources",
  source: "Source {marker}: {place}",
  page: "page {page}",
  cells: "{sheet}, {cells}",
  visit: "Open in Lectern",
  absent: "Not in the documents",
  again: "Try again",
  busy: "There are many questions at the moment. Try again in {seconds} seconds.",
  closed: "This chat is not set up for this page. Tell whoever looks after the page.",
  gone: "Lectern does not answer. Check the connection, then try again.",
  failed: "That did not work: {message}",
  cut: "The answer broke off. Try again.",
};

/** @type {Record<keyof typeof en, string>} */
const zh = {
  title: "查询文档",
  open: "查询文档",
  close: "关闭",
  anew: "新对话",
  hint: "请提问。答案来自文档，并注明出处。",
  unkept: "离开本页后，对话不会保留。",
  question: "问题",
  send: "发送",
  stop: "停止",
  stopped: "已停止。",
  thinking: "正在查找文档……",
  you: "您",
  answer: "回答",
  sources: "出处",
  source: "出处 {marker}：{place}",
  page: "第 {page} 页",
  cells: "{sheet}，{cells}",
  visit: "在 Lectern 中打开",
  absent: "文档中没有",
  again: "重试",
  busy: "当前提问较多，请在 {seconds} 秒后重试。",
  closed: "此页面未配置该对话，请联系页面的负责人。",
  gone: "Lectern 没有响应，请检查网络连接后重试。",
  failed: "未能完成：{message}",
  cut: "回答中断，请重试。",
};

/** @typedef {"en" | "zh"} Language */
/** @typedef {(word: keyof typeof en, facts?: Record<string, string | number>) => string} Say */

export const WORDS = { en, zh };

/** What says the words of a language, with {names} in them replaced by facts. @param {Language} language @returns {Say} */
export function saying(language) {
  return (word, facts = {}) => WORDS[language][word].replace(/\{(\w+)\}/g, (whole, name) => (name in facts ? String(facts[name]) : whole));
}
