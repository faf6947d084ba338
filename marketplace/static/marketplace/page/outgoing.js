/** *Call now* on an expert's page: the line, ringing, and what to do when there is no answer. */

import { OutgoingRing, fill, secondsLeft } from "../rings.js";
import { goToRoom, roomAddress } from "./addresses.js";
import { byId } from "./dom.js";
import { GuestName } from "./guest_name.js";
import { ListedRate } from "./listed_rate.js";
import { keptRing } from "./own_rings.js";
import { showWhen } from "./presence.js";

/**
 * @import { ListedTerms, Outgoing, PageSocket, ServerError } from "../pagesocket.js"
 * @import { Agreed } from "./listed_rate.js"
 * @import { Stage } from "../rings.js"
 * @import { PageData } from "./dom.js"
 */

const NOT_NOW = ["ring.in_line", "ring.too_often", "ring.too_many_in_vain"]; // there are other ways meanwhile
const TELLS_BY_NAME = { "ring.busy": "busy", "ring.away": "away" };

export class CallPanel {
  #panel;
  #socket;
  #words;
  #expert;
  #name;
  #ring;
  #listed;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #countdown;
  /** @type {string | null} the room of the call that was answered, whichever window rang */
  #way = null;
  /** A visitor who becomes a guest by pressing *Call now*. @type {GuestName | null} */
  #guest;
  /** The server does not know the guest on this socket yet: what to ring with as soon as it does. @type {string | null} */
  #waitingLine = null;

  /**
   * @param {HTMLElement} panel
   * @param {PageSocket} socket
   * @param {PageData["words"]} words
   */
  constructor(panel, socket, words) {
    this.#panel = panel;
    this.#socket = socket;
    this.#words = words;
    this.#expert = Number(panel.dataset.panelOf);
    this.#name = panel.dataset.name ?? "";
    this.#ring = new OutgoingRing(this.#expert, keptRing());
    this.#listed = byId("listed-rate") ? this.#listedRate() : null;
    this.#guest = GuestName.asked(byId("call-form", HTMLFormElement), words);
    byId("call-form")?.addEventListener("submit", (event) => this.#ask(event));
    byId("call-listed")?.addEventListener("click", () => {
      if (!this.#listed?.ask()) this.tell(this.#words.offline);
    });
    byId("call-cancel")?.addEventListener("click", () => this.#cancel());
  }

  /** To a visitor the server sends no rings: that it says hello is enough. @param {boolean} isOpen */
  connected(isOpen) {
    if (!isOpen && this.#waitingLine !== null) {
      this.#waitingLine = null; // who pressed does not wait for a ring that begins by itself later
      this.tell(this.#words.offline);
    }
    if (isOpen && this.#guest?.isNobody) {
      byId("call-now")?.removeAttribute("disabled");
    }
  }

  /** @param {Outgoing | null} outgoing */
  update(outgoing) {
    for (const id of ["call-now", "call-listed"]) byId(id)?.removeAttribute("disabled"); // the server hears this page now
    if (this.#waitingLine !== null) {
      this.ring(this.#waitingLine);
      this.#waitingLine = null;
    }
    const before = this.#ring.stage.phase;
    const stage = this.#ring.update(outgoing);
    this.#way = outgoing?.room ?? null;
    this.#tellAgreed(outgoing && !outgoing.back ? outgoing.agreed_rate : null);
    if (stage.phase !== before) {
      this.#show(stage);
    }
  }

  /** @param {ListedTerms} told */
  terms(told) {
    if (["idle", "asked", "over"].includes(this.#ring.stage.phase)) {
      this.#listed?.draw(told);
    }
  }

  /** @param {{call: number}} ring */
  ringing({ call }) {
    this.#ring.ringing(call);
  }

  /** @param {ServerError} error */
  refused({ code, text, re }) {
    if (this.#ring.stage.phase === "ringing") {
      return; // a late answer to *Cancel call*; the next `rings` tells the rest
    }
    this.#ring.refused();
    if (this.#listed?.refused({ code, text, re })) {
      return;
    }
    this.#showIdle();
    const told = TELLS_BY_NAME[/** @type {keyof typeof TELLS_BY_NAME} */ (code)];
    this.tell(told ? this.#fill(told) : text);
    if (told || NOT_NOW.includes(code)) {
      this.#offerOtherWays();
    }
  }

  get expert() {
    return this.#expert;
  }

  get #typed() {
    return byId("call-line", HTMLInputElement)?.value.trim() ?? "";
  }

  /** @param {Event} event */
  async #ask(event) {
    event.preventDefault();
    if (!this.#guest?.isNobody) {
      if (!this.ring(this.#typed)) this.tell(this.#words.offline);
      return;
    }
    const call = byId("call-now");
    call?.setAttribute("disabled", "");
    if (await this.#guest.become()) {
      this.#waitingLine = this.#typed;
      this.#socket.reopen();
    } else {
      call?.removeAttribute("disabled");
    }
  }

  /** @param {string} line @param {{agreed?: Agreed}} [how] @returns {boolean} false: not connected, nothing was sent */
  ring(line, how = {}) {
    const sent = this.#socket.send("ring", { expert: this.#expert, line, ...how });
    if (sent) {
      this.#ring.asked();
    }
    return sent;
  }

  #listedRate() {
    const { offline } = this.#words;
    const ring = (/** @type {Agreed} */ agreed) => this.ring(this.#typed, { agreed });
    return new ListedRate({ socket: this.#socket, expert: this.#expert, name: this.#name, offline, ring });
  }

  /** @param {string | null} rate */
  #tellAgreed(rate) {
    const told = byId("call-agreed");
    if (told) {
      told.textContent = rate ? fill(this.#words.you_agreed, { rate }) : "";
      told.toggleAttribute("hidden", !rate);
    }
  }

  #cancel() {
    const { stage } = this.#ring;
    if (stage.phase === "ringing") {
      this.#socket.send("ring.cancel", { call: stage.call });
    }
  }

  /** @param {Stage} stage */
  #show(stage) {
    clearInterval(this.#countdown);
    if (stage.phase === "ringing") {
      this.#showRinging(stage.until);
    } else if (stage.phase === "answered") {
      this.#showAnswered(stage.room);
    } else if (stage.phase === "over") {
      this.#showOver(stage.reason);
    } else {
      this.#showIdle();
    }
  }

  /** @param {number} until */
  #showRinging(until) {
    this.#occupy("ringing", this.#fill("ringing"));
    const left = byId("call-left");
    const tick = () => {
      if (left) {
        left.textContent = fill(this.#words.rings_for, { seconds: secondsLeft(until, this.#socket.serverNow) });
      }
    };
    tick();
    this.#countdown = setInterval(tick, 1000);
    byId("call-cancel")?.removeAttribute("hidden");
  }

  /** @param {string | null} room of this window's own ring */
  #showAnswered(room) {
    this.#occupy("connecting", this.#fill(room ? "answered" : "answered_elsewhere"));
    byId("call-cancel")?.setAttribute("hidden", "");
    byId("call-left")?.replaceChildren();
    if (room) {
      goToRoom(room);
    } else if (this.#way) {
      byId("call-back", HTMLAnchorElement)?.setAttribute("href", roomAddress(this.#way));
      byId("call-back")?.removeAttribute("hidden");
    }
  }

  /** @param {"declined" | "missed" | "cancelled"} reason */
  #showOver(reason) {
    this.#showIdle();
    this.tell(`${this.#fill(reason)} ${this.#words.cost_nothing}`);
    if (reason !== "cancelled") {
      this.#offerOtherWays();
    }
  }

  /** Ringing fills the panel. @param {string} state @param {string} text */
  #occupy(state, text) {
    this.#listed?.close();
    this.#panel.toggleAttribute("data-ringing", true);
    for (const way of ["wait", "leave-message"]) byId(way)?.setAttribute("data-when", "busy away"); // of the ring before
    showWhen(this.#panel, this.#state);
    byId("call-ringing")?.removeAttribute("hidden");
    for (const id of ["call-outcome", "similar-experts"]) {
      byId(id)?.setAttribute("hidden", "");
    }
    const told = byId("call-state");
    if (told) {
      told.dataset.state = state;
      told.textContent = text;
      told.focus();
    }
  }

  #showIdle() {
    this.#panel.removeAttribute("data-ringing");
    byId("call-ringing")?.setAttribute("hidden", "");
    showWhen(this.#panel, this.#state);
  }

  /** @param {string} text */
  tell(text) {
    const outcome = byId("call-outcome");
    if (outcome) {
      outcome.textContent = text;
      outcome.removeAttribute("hidden");
      outcome.focus();
    }
  }

  /** No answer: one can wait or leave a message whatever the presence, and others are free. */
  async #offerOtherWays() {
    for (const way of ["wait", "leave-message"]) {
      byId(way)?.removeAttribute("data-when");
      byId(way)?.removeAttribute("hidden");
    }
    const [asked, again] = [byId("call-line", HTMLInputElement), byId("wait-line", HTMLInputElement)];
    if (asked && again && !again.value) {
      again.value = asked.value;
    }
    const others = byId("similar-experts");
    const answer = await fetch(this.#panel.dataset.similar ?? "").catch(() => null);
    if (!others || !answer?.ok) {
      return;
    }
    // Our own server's page part, as strict as any of its pages; it holds no script.
    others.innerHTML = await answer.text();
    others.toggleAttribute("hidden", others.childElementCount === 0);
  }

  get #state() {
    return this.#panel.dataset.state ?? "away";
  }

  /** @param {string} word */
  #fill(word) {
    return fill(this.#words[word], { name: this.#name });
  }
}
