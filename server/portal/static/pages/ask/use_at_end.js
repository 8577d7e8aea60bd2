import { useEffect, useRef, useState } from "../../libraries/preact.js";

const NEAR = 48; // pixels from the end that still count as there

/**
 * Keeps a box that grows at its end, as long as whoever reads is there; who scrolls up is left alone.
 * @param {number} length of what it shows: when there is more, the box goes to its end @param {string | undefined} what it shows
 * @returns {{place: {current: HTMLDivElement | null}, isAway: boolean, follow: () => void, rest: () => void}} `rest`: stays where it is
 */
export function useAtEnd(length, what) {
  const place = useRef(/** @type {HTMLDivElement | null} */ (null));
  const follows = useRef(true);
  const [isAway, setAway] = useState(false);
  const toEnd = () => {
    const box = place.current;
    if (box) box.scrollTop = box.scrollHeight;
  };
  function follow() {
    follows.current = true;
    setAway(false);
    toEnd();
  }
  useEffect(() => {
    const box = place.current;
    if (!box) return undefined;
    const look = () => {
      const near = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
      follows.current = near;
      setAway(!near);
    };
    const watch = new ResizeObserver(() => {
      if (follows.current) toEnd();
      else look();
    });
    box.addEventListener("scroll", look, { passive: true });
    watch.observe(box);
    for (const child of box.children) watch.observe(child);
    return () => {
      watch.disconnect();
      box.removeEventListener("scroll", look);
    };
  }, []);
  useEffect(follow, [length, what]);
  return { place, isAway, follow, rest: () => { follows.current = false; } };
}
