/** *Ask now* on the directory: one line, and it rings at every expert who can answer it. */

import { fill, secondsLeft } from "../rings.js";
import { address, goToRoom } from "./addresses.js";
import { announce, byId, write } from "./dom.js";
import { GuestName } from "./guest_name.js";
import { keepAsk, keptAsk } from "./own_rings.js";

/**
 * @import { Asking, Expert, PageSocket, ServerError } from "../pagesocket.js"
 * @import { PageData } from "./dom.js"
 */

export class AskPanel {
  #form;
  #socket;
  #words;
  /** A visitor who becomes a guest by asking. @type {GuestName | null} */
  #guest;
  /** The server does not know the guest on this socket yet: asks as soon as it does. */
  #waits = false;
  /** @type {Asking | null} as it was shown last */
  #shown = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #countdown;

  /** @param {HTMLFormElement} form @param {PageSocket} socket @param {PageData["words"]} words */
  constructor(form, socket, words) {
    this.#form = form;
    this.#socket = socket;
    this.#words = words;
    this.#guest = GuestName.asked(form, words);
    form.addEventListener("submit", (event) => this.#submit(event));
    byId("ask-cancel")?.addEventListener("click", () => this.#cancel());
  }

  /** To a visitor the server sends no rings: that it says hello is enough. @param {boolean} isOpen */
  connected(isOpen) {
    if (!isOpen && this.#waits) {
      this.#waits = false; // who pressed does not wait for a ring that begins by itself later
      this.#tell(this.#words.offline);
    }
    if (isOpen && this.#guest?.isNobody) this.#enable(true);
  }

  /** The server took this window's ask. @param {{ask: number}} ask */
  asking({ ask }) {
    keepAsk(ask);
  }

  /** @param {Asking | null} asking */
  update(asking) {
    this.#enable(true); // the server hears this page now
    if (this.#waits) {
      this.#waits = false;
      this.#ask();
    }
    const before = this.#shown;
    this.#shown = asking;
    if (before?.ask !== asking?.ask || before?.state !== asking?.state) {
      this.#show(asking, before);
    } else {
      this.#writeLeft();
    }
  }

  /** @param {ServerError} error */
  refused({ text }) {
    this.#enable(true);
    if (this.#shown?.state !== "ringing") this.#tell(text); // else a late answer to *Cancel*; the next rings tell the rest
  }

  /** @param {Event} event */
  async #submit(event) {
    event.preventDefault();
    if (!this.#guest?.isNobody) {
      this.#ask();
      return;
    }
    this.#enable(false);
    if (await this.#guest.become()) {
      this.#waits = true;
      this.#socket.reopen();
    } else {
      this.#enable(true);
    }
  }

  #ask() {
    const said = new FormData(this.#form);
    const highest = Number(said.get("max_rate"));
    const sent = this.#socket.send("ask", {
      category: said.get("category"),
      line: String(said.get("line")).trim(),
      ...(highest ? { max_rate_minor: highest } : {}),
    });
    if (!sent) this.#tell(this.#words.offline);
  }

  #cancel() {
    if (this.#shown?.state === "ringing") this.#socket.send("ask.cancel", { ask: this.#shown.ask });
  }

  /** @param {Asking | null} asking @param {Asking | null} before */
  #show(asking, before) {
    clearInterval(this.#countdown);
    const rings = asking?.state === "ringing";
    const goesOn = rings || asking?.state === "answered";
    this.#form.toggleAttribute("hidden", goesOn);
    byId("ask-ringing")?.toggleAttribute("hidden", !goesOn);
    byId("ask-cancel")?.toggleAttribute("hidden", !rings);
    if (goesOn) {
      this.#close();
      const details = byId("ask-now", HTMLDetailsElement);
      if (details) details.open = true;
    }
    write("ask-left", "");
    if (!asking) return;
    if (rings) {
      this.#showRinging(asking);
    } else if (asking.state === "answered") {
      this.#showAnswered(asking);
    } else if (before?.ask === asking.ask) {
      this.#showOver(asking);
    }
  }

  /** @param {Asking} asking */
  #showRinging({ ask, rung, category }) {
    write("ask-state", fill(this.#words[rung === 1 ? "asking_one" : "asking"], { count: rung, category }));
    if (ask === keptAsk()) byId("ask-state")?.focus(); // nobody is torn away from what they do in another window
    this.#writeLeft();
    this.#countdown = setInterval(() => this.#writeLeft(), 1000);
  }

  #writeLeft() {
    if (this.#shown?.state !== "ringing") return;
    const { ringing, until } = this.#shown;
    const words = this.#words[ringing === 1 ? "asking_left_one" : "asking_left"];
    write("ask-left", fill(words, { count: ringing, seconds: secondsLeft(until, this.#socket.serverNow) }));
  }

  /** @param {Asking} asking */
  #showAnswered({ ask, expert, room }) {
    const mine = ask === keptAsk();
    const text = fill(this.#words[mine ? "ask_answered" : "ask_answered_elsewhere"], { name: expert?.name ?? "" });
    write("ask-state", text);
    if (!mine) return announce(text);
    byId("ask-state")?.focus();
    if (room) goToRoom(room);
  }

  /** @param {Asking} asking */
  #showOver({ state, others }) {
    this.#tell(state === "missed" ? this.#words.ask_missed : this.#words.ask_cancelled, others);
  }

  /** @param {string} text @param {Expert[]} [others] for whom one can wait */
  #tell(text, others = []) {
    write("ask-told", text);
    byId("ask-others")?.replaceChildren(...others.map(linkTo));
    const outcome = byId("ask-outcome");
    outcome?.removeAttribute("hidden");
    outcome?.focus();
    if (!outcome) announce(text);
  }

  #close() {
    byId("ask-outcome")?.setAttribute("hidden", "");
  }

  /** @param {boolean} on */
  #enable(on) {
    byId("ask-button")?.toggleAttribute("disabled", !on);
  }
}

/** @param {Expert} expert */
function linkTo({ name, slug }) {
  const link = document.createElement("a");
  link.href = address(`/experts/${encodeURIComponent(slug)}/`);
  link.textContent = name;
  const row = document.createElement("li");
  row.append(link);
  return row;
}
