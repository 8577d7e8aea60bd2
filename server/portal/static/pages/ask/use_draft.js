import { useEffect, useState } from "../../libraries/preact.js";

const KEPT = "lectern.ask.draft";

/**
 * The question that is being written. It is kept while the tab lives: a session that ends must not take it along.
 * @param {string | undefined} given a question to begin with @returns {[string, (text: string) => void]}
 */
export function useDraft(given) {
  const [text, setText] = useState(() => given || sessionStorage.getItem(KEPT) || "");
  useEffect(() => {
    if (given) setText(given);
  }, [given]);
  return [
    text,
    (written) => {
      setText(written);
      sessionStorage.setItem(KEPT, written);
    },
  ];
}
