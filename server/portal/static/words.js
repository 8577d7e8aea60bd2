// Every text of the portal, in both languages.

const words = {
  en: {
    store: "Knowledge base", model: "Model", signOut: "Sign out", signIn: "Sign in", apiKey: "API key", ask: "Ask",
    name: "Name", password: "Password", byKey: "Use an API key", signInWith: "Sign in with", save: "Save",
    choosePassword: "Choose a password", newPassword: "New password",
    passwordRules: "12 characters or more, without your name. A few words that do not belong together do well.",
    sign_in_failed: "Signing in did not work. Please try again.",
    issuer_unavailable: "The sign-in service does not answer. Passwords and API keys still work.",
    not_admitted: "The sign-in service knows you, but you may not use Lectern. Ask an administrator.",
    signInHint: "Open the link that Lectern printed when it started, or sign in with an API key.",
    askHint: "Ask your documents …", documents: "Documents", newStore: "New knowledge base", create: "Create",
    drop: "Drop Word, Excel, PDF or image files here", remove: "Remove", page: "page", stop: "Stop", none: "(none)",
    completed: "ready", failed: "failed", in_progress: "waiting", cancelled: "cancelled", chunks: "chunks",
    partial: "some pages could not be read", doubtful: "scan, may be misread", other: "中文", empty: "No documents yet.",
  },
  zh: {
    store: "知识库", model: "模型", signOut: "退出", signIn: "登录", apiKey: "API 密钥", ask: "提问",
    name: "用户名", password: "密码", byKey: "使用 API 密钥", signInWith: "通过以下服务登录：", save: "保存",
    choosePassword: "设置密码", newPassword: "新密码",
    passwordRules: "至少 12 个字符，不能包含您的用户名。建议使用几个互不相关的词语。",
    sign_in_failed: "登录未成功，请重试。",
    issuer_unavailable: "登录服务没有响应。仍可使用密码或 API 密钥登录。",
    not_admitted: "登录服务认识您，但您无权使用 Lectern。请联系管理员。",
    signInHint: "请打开 Lectern 启动时显示的链接，或使用 API 密钥登录。",
    askHint: "向您的文件提问……", documents: "文件", newStore: "新建知识库", create: "创建",
    drop: "将 Word、Excel、PDF 或图片文件拖到此处", remove: "移除", page: "第", stop: "停止", none: "(无)",
    completed: "可用", failed: "失败", in_progress: "等待中", cancelled: "已取消", chunks: "段",
    partial: "部分页面无法读取", doubtful: "扫描件，可能有误", other: "English", empty: "还没有文件。",
  },
};

export let language = localStorage.getItem("language") ?? (navigator.language.startsWith("zh") ? "zh" : "en");

export const say = (word) => words[language][word] ?? word;

export function switchLanguage() {
  language = language === "zh" ? "en" : "zh";
  localStorage.setItem("language", language);
}

export function paint() {
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = say(node.dataset.text);
  for (const node of document.querySelectorAll("[data-placeholder]")) node.placeholder = say(node.dataset.placeholder);
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", say(node.dataset.label));
  document.querySelector("#language").textContent = say("other");
}
