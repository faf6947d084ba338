/** Whom the page shows is whom it watches: also those whose cards come later, by whatever script brings them. */

import { shownExperts } from "./presence.js";

/** @param {(experts: number[]) => void} watch  told at once, and whenever the page shows others */
export function followShown(watch) {
  let told = "";
  const tell = () => {
    const experts = [...new Set(shownExperts())];
    const now = experts.join();
    if (now === told) return;
    told = now;
    watch(experts);
  };
  // Called once for all that a script does at a time. Of what presence itself writes there is nothing to look for.
  new MutationObserver((changes) => {
    if (changes.some(({ addedNodes, removedNodes }) => [...addedNodes, ...removedNodes].some(showsSomebody))) tell();
  }).observe(document.body, { childList: true, subtree: true });
  tell();
}

/** @param {Node} node */
function showsSomebody(node) {
  return node instanceof Element && (node.matches("[data-presence-of]") || node.querySelector("[data-presence-of]") !== null);
}
