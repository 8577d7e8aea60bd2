import { ask, call, everything, upload } from "./api.js";
import { language, paint, say, switchLanguage } from "./words.js";

const at = (id) => document.getElementById(id);
const POLL = 1000;
let filenames = new Map();
let watching = 0;

function make(tag, className, text) {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}

function option(value, text) {
  const node = make("option", "", text);
  node.value = value;
  return node;
}

async function start() {
  paint();
  const { role, issuer } = await call("GET", "/portal/session");
  at("sign-in").hidden = role !== null;
  at("choose").hidden = true;
  at("issuer").hidden = issuer === null;
  at("issuer").firstElementChild.textContent = `${say("signInWith")} ${issuer}`;
  at("ask").hidden = at("sign-out").hidden = role === null;
  at("documents").hidden = role === null || role === "reader";
  if (role) await load();
}

async function load(chosen) {
  const [stores, models] = await Promise.all([everything("/v1/vector_stores"), call("GET", "/v1/models")]);
  const kept = chosen ?? at("store").value;
  at("store").replaceChildren(...stores.map((store) => option(store.id, store.name)), option("", say("none")));
  if (stores.some((store) => store.id === kept)) at("store").value = kept;
  at("model").replaceChildren(...models.data.filter(answers).map((one) => option(one.id, one.id)));
  await list();
}

function answers(model) {
  return model.task === "chat" && !model.id.includes("@");
}

async function list() {
  clearTimeout(watching);
  if (at("documents").hidden) return;
  const store = at("store").value;
  const entries = store ? await everything(`/v1/vector_stores/${store}/files`) : [];
  if (entries.some((entry) => !filenames.has(entry.id))) {
    filenames = new Map((await call("GET", "/v1/files")).data.map((file) => [file.id, file.filename]));
  }
  if (store !== at("store").value) return;
  at("list").replaceChildren(...entries.map((entry) => line(store, entry)));
  if (!entries.length) at("list").append(make("li", "soft", say("empty")));
  if (entries.some((entry) => entry.status === "in_progress")) watching = setTimeout(list, POLL);
}

function line(store, entry) {
  const item = make("li", "", "");
  const remove = make("button", "", "×");
  const name = filenames.get(entry.id) ?? entry.id;
  remove.type = "button";
  remove.setAttribute("aria-label", `${say("remove")} ${name}`);
  remove.addEventListener("click", () => attempt("documents-error", async () => {
    await call("DELETE", `/v1/files/${entry.id}`);
    await list();
  }));
  item.append(make("span", "", name), remove, state(entry));
  return item;
}

function state(entry) {
  if (entry.status === "failed") return make("span", "error", entry.last_error?.message ?? say("failed"));
  if (entry.status === "in_progress") return make("span", "soft", entry.progress ?? say("in_progress"));
  const losses = entry.partial ? ` · ${say("partial")}: ${entry.losses.join(" ")}` : "";
  return make("span", "soft", `${say(entry.status)} · ${entry.chunks} ${say("chunks")}${losses}`);
}

async function attempt(place, work) {
  at(place).textContent = "";
  try {
    await work();
  } catch (error) {
    at(place).textContent = error.message;
    if (error.status === 401 && at("choose").hidden) await start();
  }
}

// What an address hands over behind its #, where no server sees it: the token of a link, or what went wrong.
function handed(name) {
  return new URLSearchParams(location.hash.slice(1)).get(name);
}

async function arrive() {
  await start();
  if (handed("password")) {
    at("choose").hidden = false;
    at("sign-in").hidden = at("ask").hidden = at("documents").hidden = true;
  } else if (handed("failed")) {
    at("sign-in-error").textContent = say(handed("failed")) === handed("failed") ? say("sign_in_failed") : say(handed("failed"));
    history.replaceState(null, "", "/");
  }
}

async function add(files) {
  for (const file of files) {
    await attempt("documents-error", async () => {
      const { id } = await upload(file);
      await call("POST", `/v1/vector_stores/${at("store").value}/files`, { file_id: id });
    });
  }
  await list();
}

async function question() {
  const text = at("question").value.trim();
  if (!text) return;
  const turn = make("article", "turn", "");
  const answer = make("div", "answer", "");
  const sources = make("ol", "sources", "");
  const halt = new AbortController();
  turn.append(make("div", "question", text), answer, sources);
  at("conversation").append(turn);
  at("question").value = "";
  at("send").textContent = say("stop");
  at("send").onclick = (click) => {
    click.preventDefault();
    halt.abort();
  };
  const store = at("store").value;
  const body = { model: at("model").value, messages: [{ role: "user", content: text }] };
  if (store) body.knowledge = { vector_store_ids: [store] };
  try {
    for await (const event of ask(body, halt.signal)) {
      if (event.error) throw new Error(event.error.message);
      const delta = event.choices[0]?.delta ?? {};
      if (delta.content) answer.append(delta.content);
      for (const source of delta.annotations ?? []) show(sources, source);
    }
  } catch (error) {
    if (error.name !== "AbortError") turn.append(make("p", "error", error.message));
  } finally {
    at("send").textContent = say("ask");
    at("send").onclick = null;
  }
}

function show(sources, source) {
  if (sources.querySelector(`[data-marker="${source.marker}"]`)) return;
  const item = make("li", "", "");
  item.dataset.marker = source.marker;
  const page = language === "zh" ? `第 ${source.page} 页` : `page ${source.page}`;
  const place = [source.filename, source.page && page, source.sheet && `${source.sheet} ${source.cells ?? ""}`];
  item.append(make("strong", "", `[${source.marker}] ${place.filter(Boolean).join(" · ")}`), make("br", "", ""));
  item.append(make("q", "", source.quote));
  if (source.low_confidence) item.append(" ", make("em", "doubtful", say("doubtful")));
  sources.append(item);
}

at("language").addEventListener("click", () => {
  switchLanguage();
  paint();
  if (!at("ask").hidden) load();
  else if (at("choose").hidden) start();
});
at("sign-out").addEventListener("click", async () => {
  const elsewhere = await call("POST", "/portal/sign_out");
  if (elsewhere) location.assign(elsewhere.url);
  else await start();
});
at("store").addEventListener("change", list);
function signIn(form, given) {
  at(form).addEventListener("submit", (submit) => {
    submit.preventDefault();
    attempt("sign-in-error", async () => {
      await call("POST", "/portal/sign_in", given());
      at(form).reset();
      await start();
    });
  });
}
signIn("password-form", () => ({ name: at("name").value, password: at("password").value }));
signIn("key-form", () => ({ key: at("key").value.trim() }));
at("choose-form").addEventListener("submit", (submit) => {
  submit.preventDefault();
  attempt("choose-error", async () => {
    await call("POST", "/portal/password", { token: handed("password"), new: at("new").value });
    at("choose-form").reset();
    history.replaceState(null, "", "/");
    await start();
  });
});
at("ask-form").addEventListener("submit", (submit) => {
  submit.preventDefault();
  question();
});
at("question").addEventListener("keydown", (press) => {
  if (press.key === "Enter" && !press.shiftKey && !press.isComposing) {
    press.preventDefault();
    question();
  }
});
at("store-form").addEventListener("submit", (submit) => {
  submit.preventDefault();
  attempt("documents-error", async () => {
    const { id } = await call("POST", "/v1/vector_stores", { name: at("store-name").value.trim() });
    at("store-name").value = "";
    await load(id);
  });
});
at("files").addEventListener("change", () => add([...at("files").files]).then(() => { at("files").value = ""; }));
for (const kind of ["dragover", "dragleave", "drop"]) {
  at("drop").addEventListener(kind, (drag) => {
    drag.preventDefault();
    at("drop").classList.toggle("over", kind === "dragover");
    if (kind === "drop") add([...drag.dataTransfer.files]);
  });
}

arrive();
