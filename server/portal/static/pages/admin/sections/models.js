import { Trouble } from "../../../components/trouble.js";
import { Waiting } from "../../../components/waiting.js";
import { call, everything } from "../../../core/api.js";
import { words } from "../../../core/language.js";
import { useLoaded } from "../../../core/loading.js";
import { html } from "../../../libraries/preact.js";
import { EngineCard } from "./models/engine_card.js";
import { EngineLog } from "./models/engine_log.js";
import { Generations } from "./models/generations.js";
import { ModelTable } from "./models/model_table.js";

const say = words(
  { models: "Models in use", generations: "Embedder of each store" },
  { models: "正在使用的模型", generations: "各知识库的向量模型" },
);
const SECONDS = 3;

/** The models: what answers, with its log; what embeds and ranks; and which store answers from which embedder. */
export default function Models() {
  const engine = useLoaded((signal) => call("GET", "/v1/engine", undefined, signal), [], SECONDS);
  const rest = useLoaded(async (signal) => {
    const [components, models, settings, stores] = await Promise.all([
      call("GET", "/v1/components", undefined, signal), call("GET", "/v1/models", undefined, signal), call("GET", "/v1/settings", undefined, signal), everything("/v1/vector_stores"),
    ]);
    return { components: components.data, models: models.data, settings: settings.data, stores };
  }, [engine.data?.phase], 15);
  if (engine.error && !engine.data) return html`<${Trouble} error=${engine.error} retry=${engine.reload} />`;
  if (!engine.data) return html`<${Waiting} />`;
  return html`<div class="stack machine">
    <${EngineCard} engine=${engine.data} settings=${rest.data?.settings ?? []} />
    ${engine.data.name !== "extractive" && html`<${EngineLog} lines=${engine.data.log} />`}
    ${rest.error && html`<${Trouble} error=${rest.error} retry=${rest.reload} />`}
    ${rest.data ? html`<section class="stack"><h2>${say("models")}</h2><${ModelTable} models=${rest.data.models} components=${rest.data.components} /></section>
      <section class="stack"><h2>${say("generations")}</h2><${Generations} stores=${rest.data.stores} /></section>` : !rest.error && html`<${Waiting} />`}
  </div>`;
}
