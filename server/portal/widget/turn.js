import { addressOf } from "../static/core/addresses.js";
import { drawMarkdown } from "../static/components/markdown_tokens.js";
import { html, useRef } from "../libraries/preact.js";

/** @typedef {import("./asking.js").Turn} TurnData */
/** @typedef {import("./asking.js").Source} Source */
/** @typedef {import("./words.js").Say} Say */

/**
 * A question and its answer.
 * @param {{turn: TurnData, home: string, say: Say, last: boolean, again: () => void, ask: (question: string) => void}} props
 */
export function Turn({ turn, home, say, last, again, ask }) {
  const element = useRef(/** @type {HTMLElement | null} */ (null));
  /** @param {number} marker */
  const show = (marker) => {
    const source = /** @type {HTMLDetailsElement | null} */ (element.current?.querySelector(`[data-marker="${marker}"]`));
    if (!source) return;
    source.open = true;
    source.querySelector("summary")?.focus();
  };
  const asking = turn.state === "asking";
  return html`<article ref=${element} class="turn">
    <h3 class="offscreen">${say("you")}</h3>
    <p class="question">${turn.question}</p>
    <h3 class="offscreen">${say("answer")}</h3>
    <div class=${`answer ${turn.absent ? "absent" : ""}`} aria-busy=${asking}>
      ${turn.absent && html`<p class="verdict">${say("absent")}</p>`}
      ${asking && !turn.answer && html`<p class="soft waiting">${say("thinking")}</p>`}
      ${drawMarkdown(turn.answer, {
        text: (plain) => withMarkers(plain, turn.sources, say, show),
        code: (code) => html`<pre tabindex="0"><code>${code}</code></pre>`,
      })}
      ${turn.state === "stopped" && html`<p class="soft">${say("stopped")}</p>`}
      ${turn.trouble && html`<p class="trouble" role="alert">${say(turn.trouble.word, turn.trouble.facts)}</p>`}
      ${last && (turn.state === "failed" || turn.state === "stopped") && html`<button class="plain" onClick=${again}>${say("again")}</button>`}
    </div>
    ${turn.sources.length > 0 && html`<section class="sources" aria-label=${say("sources")}>${unique(turn.sources).map((one) => html`<${Cited} key=${one.marker} source=${one} home=${home} say=${say} />`)}</section>`}
    ${last && !asking && turn.next.length > 0 && html`<div class="next">${turn.next.map((question) => html`<button class="plain" onClick=${() => ask(question)}>${question}</button>`)}</div>`}
  </article>`;
}

/** @param {{source: Source, home: string, say: Say}} props */
function Cited({ source, home, say }) {
  const place = placeOf(source, say);
  return html`<details data-marker=${source.marker}>
    <summary><span class="marker" aria-hidden="true">${source.marker}</span> <span>${source.filename}${place && html` <span class="soft">· ${place}</span>`}</span></summary>
    ${source.quote && html`<blockquote>${source.quote}</blockquote>`}
    <a href=${home + addressOf(source)} target="_blank" rel="noopener">${say("visit")}</a>
  </details>`;
}

/** Plain text with a button in place of each marker that has a source. @param {string} plain @param {Source[]} sources @param {Say} say @param {(marker: number) => void} show */
function withMarkers(plain, sources, say, show) {
  return plain.split(/(\[\d{1,3}\])/).map((part, at) => {
    if (at % 2 === 0) return part;
    const marker = Number(part.slice(1, -1));
    const source = sources.find((one) => one.marker === marker);
    // The number has its place before its source is known, so that nothing moves when it is.
    if (!source) return html`<span class="marker">${marker}</span>`;
    const place = [source.filename, placeOf(source, say)].filter(Boolean).join(", ");
    return html`<button class="marker" aria-label=${say("source", { marker, place })} title=${place} onClick=${() => show(marker)}>${marker}</button>`;
  });
}

/** Where in its file. @param {Source} source @param {Say} say */
function placeOf(source, say) {
  if (source.sheet) return source.cells ? say("cells", { sheet: source.sheet, cells: source.cells }) : source.sheet;
  if (source.page) return say("page", { page: source.page });
  return source.headings?.at(-1) ?? "";
}

/** @param {Source[]} sources */
function unique(sources) {
  return [...new Map(sources.map((one) => [one.marker, one])).values()].sort((one, other) => one.marker - other.marker);
}
