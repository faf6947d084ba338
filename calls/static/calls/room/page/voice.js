/** What the page tells: aloud once for who listens, and as short notices for who looks. */

import { byId } from "./dom.js";

const STAYS_MS = 9000;

/** @typedef {"info" | "warning" | "error"} Weight */

/** @param {string} dismissLabel */
export function createVoice(dismissLabel) {
  const announcer = byId("room-announcer");
  const notices = byId("notices");
  /** @type {string[]} */
  const waiting = [];

  /** One after another: two texts set at once would be read as one, or not at all. */
  function next() {
    const words = waiting[0];
    if (words === undefined) return;
    announcer.textContent = words;
    setTimeout(() => {
      announcer.textContent = "";
      waiting.shift();
      next();
    }, 1000);
  }

  /** @param {string} words */
  function announce(words) {
    if (waiting.at(-1) === words) return;
    waiting.push(words);
    if (waiting.length === 1) next();
  }

  /** @param {string} words @param {Weight} [weight] */
  function notice(words, weight = "info") {
    announce(words);
    for (const old of [...notices.children]) if (old.firstChild?.textContent === words) old.remove();
    const element = document.createElement("p");
    element.className = weight === "info" ? "notice" : `notice notice-${weight}`;
    const text = document.createElement("span");
    text.textContent = words;
    const dismiss = document.createElement("button");
    dismiss.type = "button";
    dismiss.className = "button-text";
    dismiss.textContent = dismissLabel;
    dismiss.addEventListener("click", () => element.remove());
    element.append(text, dismiss);
    notices.append(element);
    if (weight === "info") setTimeout(() => element.remove(), STAYS_MS);
    while (notices.children.length > 3) notices.firstElementChild?.remove();
  }

  /** Another screen: what was said of the one before is over. */
  function clear() {
    notices.replaceChildren();
  }

  return { announce, notice, clear };
}

/** @typedef {ReturnType<typeof createVoice>} Voice */
