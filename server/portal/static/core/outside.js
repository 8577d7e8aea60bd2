// What is open over the page closes when somebody turns to something else.
import { useEffect } from "../libraries/preact.js";

/**
 * Calls `leave` when somebody presses or focuses something outside of a place, while it is open.
 * @param {boolean} isOpen @param {import("preact").RefObject<HTMLElement | null>} place @param {() => void} leave
 */
export function useOutside(isOpen, place, leave) {
  useEffect(() => {
    if (!isOpen) return undefined;
    /** @param {Event} event */
    const outside = (event) => {
      if (!place.current?.contains(/** @type {Node} */ (event.target))) leave();
    };
    document.addEventListener("pointerdown", outside);
    document.addEventListener("focusin", outside);
    return () => {
      document.removeEventListener("pointerdown", outside);
      document.removeEventListener("focusin", outside);
    };
  }, [isOpen]);
}
