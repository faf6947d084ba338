/** What the page tells: aloud once for who listens, and as short notices for who looks. */

import { byId } from "./dom.js";

const STAYS_MS = 9000;
const AT_ONCE = 3;

/** @typedef {"info" | "warning" | "error"} Weight */

export class Voice {
  #announcer = byId("room-announcer");
  #notices = byId("notices");
  #dismissLabel;
  /** @type {string[]} */
  #waiting = [];

  /** @param {string} dismissLabel */
  constructor(dismissLabel) {
    this.#dismissLabel = dismissLabel;
  }

  /** @param {string} words */
  announce(words) {
    if (this.#waiting.at(-1) === words) return;
    this.#waiting.push(words);
    if (this.#waiting.length === 1) this.#next();
  }

  /** What matters stays until it is dismissed. @param {string} words @param {Weight} [weight] */
  notice(words, weight = "info") {
    this.announce(words);
    this.takeBack(words);
    const element = this.#element(words, weight);
    this.#notices.append(element);
    element.toggleAttribute("data-passes", weight === "info");
    if (weight === "info") setTimeout(() => element.remove(), STAYS_MS);
    while (this.#notices.children.length > AT_ONCE) this.#notices.firstElementChild?.remove();
  }

  /** It is not so any more. @param {string} words */
  takeBack(words) {
    for (const old of [...this.#notices.children]) if (old.firstChild?.textContent === words) old.remove();
  }

  /** Another screen: what was said of the one before is over. */
  clear() {
    this.#notices.replaceChildren();
  }

  /** What passes by itself passes now: the card that opens needs its place. */
  clearPassing() {
    for (const notice of this.#notices.querySelectorAll("[data-passes]")) notice.remove();
  }

  /** One after another: two texts set at once would be read as one, or not at all. */
  #next() {
    const words = this.#waiting[0];
    if (words === undefined) return;
    this.#announcer.textContent = words;
    setTimeout(() => {
      this.#announcer.textContent = "";
      this.#waiting.shift();
      this.#next();
    }, 1000);
  }

  /** @param {string} words @param {Weight} weight */
  #element(words, weight) {
    const element = document.createElement("p");
    element.className = weight === "info" ? "notice" : `notice notice-${weight}`;
    const text = document.createElement("span");
    text.textContent = words;
    const dismiss = document.createElement("button");
    Object.assign(dismiss, { type: "button", className: "button-text", textContent: this.#dismissLabel });
    dismiss.addEventListener("click", () => element.remove());
    element.append(text, dismiss);
    return element;
  }
}
