/** Waiting for the expert whose page this is: the button that asks, the place in line, and how long it takes. */

import { fill } from "../rings.js";
import { coarse, placeWord, timeLeft } from "../waiting.js";
import { byId, write } from "./dom.js";
import { localesFor } from "./times.js";

/**
 * @import { PageSocket, Wait } from "../pagesocket.js"
 * @import { PageData } from "./dom.js"
 */

const LOOK_EVERY_MS = 10_000;

export class WaitingPanel {
  #socket;
  #words;
  #expert;
  #name;
  #tell;
  /** @type {Wait | null} */
  #wait = null;

  /**
   * @param {HTMLElement} panel
   * @param {PageSocket} socket
   * @param {PageData["words"]} words
   * @param {(text: string) => void} tell
   */
  constructor(panel, socket, words, tell) {
    this.#socket = socket;
    this.#words = words;
    this.#expert = Number(panel.dataset.panelOf);
    this.#name = panel.dataset.name ?? "";
    this.#tell = tell;
    byId("wait-form")?.addEventListener("submit", (event) => this.#ask(event));
    byId("wait-leave")?.addEventListener("click", () => this.#send("wait.leave", { expert: this.#expert }));
    setInterval(() => this.#write(), LOOK_EVERY_MS);
  }

  /** @param {Wait[]} waiting */
  update(waiting) {
    byId("wait-button")?.removeAttribute("disabled"); // the server hears this page now
    const before = this.#wait;
    this.#wait = waiting.find((wait) => wait.expert.id === this.#expert) ?? null;
    const form = byId("wait-form");
    const hadFocus = (this.#wait ? form : byId("waiting"))?.contains(document.activeElement);
    form?.toggleAttribute("hidden", this.#wait !== null);
    byId("waiting")?.toggleAttribute("hidden", this.#wait === null);
    this.#write();
    if (hadFocus && (before === null) !== (this.#wait === null)) {
      (this.#wait ? byId("wait-leave") : byId("wait-button"))?.focus();
    }
  }

  /** @param {Event} event */
  #ask(event) {
    event.preventDefault();
    this.#send("wait", { expert: this.#expert, line: byId("wait-line", HTMLInputElement)?.value.trim() ?? "" });
  }

  /** @param {string} what @param {object} fields */
  #send(what, fields) {
    if (!this.#socket.send(what, fields)) {
      this.#tell(this.#words.offline);
    }
  }

  #write() {
    if (this.#wait) {
      write("waiting-place", fill(this.#words[placeWord(this.#wait.place, language())], { place: this.#wait.place }));
      write("waiting-time", this.#time(this.#wait));
    }
  }

  /** @param {Wait} wait */
  #time(wait) {
    if (wait.state === "away") {
      const back = wait.back_at && new Intl.DateTimeFormat(localesFor(language(), navigator.languages), { dateStyle: "medium", timeStyle: "short" }).format(wait.back_at);
      return fill(back ? this.#words.back_from : this.#words.back_unknown, { name: this.#name, back: back ?? "" });
    }
    const left = timeLeft(wait, this.#socket.serverNow);
    if (left === null) {
      return fill(wait.state === "free" ? this.#words.can_call_back : this.#words.no_estimate, { name: this.#name });
    }
    const { word, number } = coarse(left);
    return fill(this.#words[word], { number });
  }
}

function language() {
  return document.documentElement.lang;
}
