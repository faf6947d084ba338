/** Presence as the page shows it: every `data-presence-of` and what depends on it, live. */

/** @returns {number[]} whom this page shows */
export function shownExperts() {
  return [...document.querySelectorAll("[data-presence-of]")].map((dot) => Number(dot.getAttribute("data-presence-of")));
}

/**
 * @param {{expert: number, state: string}} change
 * @param {Record<string, string>} labels the words for each state
 */
export function showPresence({ expert, state }, labels) {
  for (const dot of document.querySelectorAll(`[data-presence-of="${Number(expert)}"]`)) {
    dot.setAttribute("data-state", state);
    dot.textContent = labels[state] ?? state;
  }
  for (const panel of document.querySelectorAll(`[data-panel-of="${Number(expert)}"]`)) {
    panel.setAttribute("data-state", state);
    showWhen(panel, state);
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
