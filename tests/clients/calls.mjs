// The usual calls of OpenAI's client for Node; what came of them goes to standard output as JSON.
import fs from "node:fs";
import OpenAI, { NotFoundError, toFile } from "openai";

const [baseURL, apiKey, document] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const question = "What is the price of the rental car?";
const messages = [{ role: "user", content: question }];
const told = {};

const store = await client.vectorStores.create({ name: "node" });
const entry = await client.vectorStores.files.uploadAndPoll(store.id, fs.createReadStream(document), {
  pollIntervalMs: 100,
});
told.read = [entry.status, entry.vector_store_id === store.id];
const found = await client.vectorStores.search(store.id, { query: question, max_num_results: 1 });
told.found = found.data.map((one) => [one.filename, one.content[0].text.includes("140 EUR")]);
told.files = [];
for await (const file of client.files.list({ limit: 1, order: "asc" })) told.files.push(file.filename);
told.content = await (await client.files.content(entry.id)).text();
told.models = (await client.models.list()).data.map((model) => model.id);

const answer = await client.chat.completions.create({ model: "extractive@node", messages });
told.answer = answer.choices[0].message.content;
told.cited = answer.choices[0].message.annotations.map((one) => [one.type, one.filename]);
const stream = client.chat.completions.stream({
  model: "extractive@node", messages, stream_options: { include_usage: true },
});
told.pieces = [];
stream.on("content", (piece) => told.pieces.push(piece));
const last = await stream.finalChatCompletion();
told.streamed = [last.choices[0].message.content, last.usage.total_tokens > 0];

const tools = [{ type: "file_search", vector_store_ids: [store.id] }];
const response = await client.responses.create({ model: "extractive", input: question, tools });
told.response = [response.status, response.output_text];
told.annotations = response.output.at(-1).content[0].annotations.map((one) => [one.type, one.filename]);
told.kept = (await client.responses.retrieve(response.id)).output_text;
const events = [];
for await (const event of await client.responses.create({ model: "extractive", input: question, tools, stream: true })) {
  events.push(event);
}
told.events = [events[0].type, events.at(-1).type, events.at(-1).response.output[1].content[0].text];
told.numbers = events.every((event, place) => event.sequence_number === place);

const talk = await client.conversations.create({ metadata: { topic: "cars" } });
await client.responses.create({ model: "extractive", input: question, tools, conversation: talk.id });
await client.conversations.items.create(talk.id, { items: [{ role: "user", content: "Thank you." }] });
told.talk = [];
for await (const item of client.conversations.items.list(talk.id, { order: "asc", limit: 2 })) told.talk.push(item);
told.talk = told.talk.map((item) => (item.content ?? []).map((part) => part.text).join("") || item.type);
const again = await client.conversations.items.retrieve(
  (await client.conversations.items.list(talk.id, { limit: 1 })).data[0].id, { conversation_id: talk.id });
told.renamed = (await client.conversations.update(talk.id, { metadata: { topic: "rent" } })).metadata;
await client.conversations.items.delete(again.id, { conversation_id: talk.id });
told.left = (await client.conversations.items.list(talk.id)).data.length;
told.forgotten = (await client.conversations.delete(talk.id)).deleted;

const embedded = await client.embeddings.create({ model: "all-MiniLM-L6-v2", input: [question, "停车"] });
told.vectors = embedded.data.map((one) => [one.embedding.length, Math.hypot(...one.embedding)]);

const body = { model: "extractive@node", messages };
const line = JSON.stringify({ custom_id: "one", method: "POST", url: "/v1/chat/completions", body });
const input = await client.files.create({ file: await toFile(Buffer.from(line), "in.jsonl"), purpose: "batch" });
let batch = await client.batches.create({
  input_file_id: input.id, endpoint: "/v1/chat/completions", completion_window: "24h",
});
while (!["completed", "failed", "expired", "cancelled"].includes(batch.status)) {
  await new Promise((resolve) => setTimeout(resolve, 100));
  batch = await client.batches.retrieve(batch.id);
}
const output = JSON.parse(await (await client.files.content(batch.output_file_id)).text());
told.batch = [batch.status, output.custom_id, output.response.body.choices[0].message.content];

const upload = await client.uploads.create({
  bytes: 12, filename: "parts.md", mime_type: "text/markdown", purpose: "assistants",
});
const parts = [];
for (const text of ["# Six", " six.\n\n"].map((one) => one.padEnd(6).slice(0, 6))) {
  parts.push(await client.uploads.parts.create(upload.id, { data: await toFile(Buffer.from(text), "part") }));
}
told.upload = (await client.uploads.complete(upload.id, { part_ids: parts.map((part) => part.id) })).file.filename;

try {
  await client.chat.completions.create({ model: "extractive@nowhere", messages });
} catch (error) {
  told.refused = [error instanceof NotFoundError, error.status, error.code, error.param];
}
told.deleted = [(await client.vectorStores.delete(store.id)).deleted, (await client.files.delete(entry.id)).deleted];
process.stdout.write(JSON.stringify(told));
