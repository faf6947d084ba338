/** Presence as the page shows it: every `data-presence-of` and what depends on it, live. */

import { momentTag } from "./times.js";

/** @import { PageData } from "./dom.js" */
/** @import { Presence } from "../pagesocket.js" */

/** @returns {number[]} whom this page shows */
export function shownExperts() {
  return [...document.querySelectorAll("[data-presence-of]")].map((dot) => Number(dot.getAttribute("data-presence-of")));
}

/** @param {Presence} change @param {PageData["words"]} words */
export function showPresence({ expert, state, back_at }, { presence: labels, back_at: again }) {
  for (const dot of document.querySelectorAll(`[data-presence-of="${Number(expert)}"]`)) {
    dot.setAttribute("data-state", state);
    dot.textContent = labels[state] ?? state;
  }
  for (const panel of document.querySelectorAll(`[data-panel-of="${Number(expert)}"]`)) {
    panel.setAttribute("data-state", state);
    showWhen(panel, state);
  }
  for (const place of document.querySelectorAll(`[data-back-of="${Number(expert)}"]`)) {
    place.toggleAttribute("hidden", back_at === null);
    const [before, after] = again.split("{moment}");
    place.replaceChildren(...(back_at === null ? [] : [before, momentTag(back_at), after]));
  }
}

/**
 * Shows the parts of a panel that are for this state: data-when="busy away".
 * @param {Element} panel
 * @param {string} state
 */
export function showWhen(panel, state) {
  for (const part of panel.querySelectorAll("[data-when]")) {
    const fits = part.getAttribute("data-when")?.split(" ").includes(state) ?? false;
    part.toggleAttribute("hidden", !fits || panel.hasAttribute("data-ringing"));
  }
}
