// The portal's one way to Lectern: the public API, with the session's cookie.

const own = { "X-Lectern-Portal": "1" };

async function fail(response) {
  let message = `${response.status} ${response.statusText}`;
  try {
    message = (await response.json()).error.message;
  } catch {
    // The answer was not Lectern's own: its status line is all there is to tell.
  }
  throw Object.assign(new Error(message), { status: response.status });
}

export async function call(method, path, body) {
  const headers = body === undefined ? own : { ...own, "Content-Type": "application/json" };
  const response = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  if (!response.ok) await fail(response);
  return response.status === 204 ? null : response.json();
}

export async function everything(path) {
  const found = [];
  let after = "";
  for (;;) {
    const page = await call("GET", `${path}?limit=100${after}`);
    found.push(...page.data);
    if (!page.has_more) return found;
    after = `&after=${encodeURIComponent(page.last_id)}`;
  }
}

export async function upload(file) {
  const form = new FormData();
  form.append("purpose", "assistants");
  form.append("file", file, file.name);
  const response = await fetch("/v1/files", { method: "POST", headers: own, body: form });
  if (!response.ok) await fail(response);
  return response.json();
}

// Yields the events of a streamed answer.
export async function* ask(body, signal) {
  const headers = { ...own, "Content-Type": "application/json" };
  const response = await fetch("/v1/chat/completions", {
    method: "POST", headers, signal, body: JSON.stringify({ ...body, stream: true }),
  });
  if (!response.ok) await fail(response);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const events = (rest + value).split("\n\n");
    rest = events.pop();
    for (const event of events) {
      if (event.startsWith("data: {")) yield JSON.parse(event.slice(6));
    }
  }
}
