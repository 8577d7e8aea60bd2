import { html, useId } from "../libraries/preact.js";

/**
 * A labelled input with a word of help and, where it is wrong, the reason. What is not named here goes to the input.
 * @param {{label: string, help?: string, error?: string, as?: "input" | "textarea" | "select", children?: unknown, [attribute: string]: unknown}} props
 */
export function Field({ label, help, error, as = "input", children, ...rest }) {
  const id = useId();
  const described = [help && `${id}-help`, error && `${id}-error`].filter(Boolean).join(" ");
  return html`<div class="field">
    <label for=${id}>${label}</label>
    <${as} id=${id} aria-describedby=${described || undefined} aria-invalid=${error ? "true" : undefined} ...${rest}>${children}</${as}>
    ${help && html`<p class="help" id=${`${id}-help`}>${help}</p>`}
    ${error && html`<p class="error" id=${`${id}-error`} role="alert">${error}</p>`}
  </div>`;
}
