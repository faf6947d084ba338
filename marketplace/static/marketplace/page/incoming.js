/** Somebody rings: the dialog over whatever page of the member is open. */

import { IncomingRings, fill, secondsLeft } from "../rings.js";
import { goToRoom } from "./addresses.js";
import { announce, byId, tell, write } from "./dom.js";
import { claimTitle, giveTitleBack } from "./title.js";

/**
 * @import { Incoming, PageSocket, ServerError } from "../pagesocket.js"
 * @import { Ringtone } from "../ringtone.js"
 * @import { PageData } from "./dom.js"
 */

const OVER = ["call.over", "call.taken", "not_found"]; // other errors leave it ringing

export class IncomingCalls {
  #rings = new IncomingRings();
  #tone;
  #socket;
  #words;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #countdown;
  #dialog = byId("ring-dialog", HTMLDialogElement);
  #answer = byId("ring-answer", HTMLButtonElement);
  #decline = byId("ring-decline", HTMLButtonElement);
  leaves = false; // this window answered, and goes to the room unless the server refuses

  /**
   * @param {PageSocket} socket
   * @param {PageData["words"]} words
   * @param {Ringtone} tone
   */
  constructor(socket, words, tone) {
    this.#socket = socket;
    this.#words = words;
    this.#tone = tone;
    for (const press of ["pointerdown", "keydown"]) {
      document.addEventListener(press, () => this.#tone.wake(), { once: true, capture: true });
    }
    this.#answer?.addEventListener("click", () => this.#settle("ring.answer"));
    this.#decline?.addEventListener("click", () => this.#settle("ring.decline"));
    // Escape neither answers nor declines.
    this.#dialog?.addEventListener("cancel", (event) => event.preventDefault());
  }

  /**
   * @param {Incoming[]} incoming
   * @param {number[]} answered by this member, in whatever window
   * @param {number[]} taken answered by another expert
   */
  update(incoming, answered, taken) {
    const before = this.#rings.shown?.call;
    const { shown, gone } = this.#rings.update(incoming);
    if (shown === null) {
      this.#close(); // first: what is told in a dialog is gone with it
    } else if (shown.call !== before) {
      this.#open(shown);
    }
    if (gone) {
      this.#tellGone(gone, answered.includes(gone.call), taken.includes(gone.call));
    }
  }

  /** This window's answer was taken. @param {{room: string}} ring */
  answered({ room }) {
    goToRoom(room);
  }

  /** What this window sent came too late, or did nothing: then it rings on. @param {ServerError} error */
  refused({ code, text }) {
    this.leaves = false;
    if (OVER.includes(code)) {
      this.#close();
    } else {
      const { shown } = this.#rings.takeBack();
      if (shown) {
        this.#open(shown);
      }
    }
    tell(text);
  }

  /** The connection is new: what was sent on the one before may never have come. */
  reconnected() {
    this.leaves = false;
    this.#rings.forgetSettled();
  }

  /** @param {"ring.answer" | "ring.decline"} what */
  #settle(what) {
    const ring = this.#rings.shown;
    if (!ring) {
      return;
    }
    if (!this.#socket.send(what, { call: ring.call })) {
      tell(this.#words.offline);
      return;
    }
    this.leaves = what === "ring.answer";
    this.#rings.settledHere(ring.call);
    this.#tone.stop("ring");
    this.#enable(false);
    if (what === "ring.decline") {
      this.#close();
    }
  }

  /** @param {Incoming} ring */
  #open(ring) {
    const { name } = whoRings(ring);
    write("ring-title", fill(this.#title(ring), { name }));
    write("ring-facts", ring.back ? this.#words.you_waited : this.#facts(ring).join(" · "));
    write("ring-line", ring.line);
    byId("ring-line")?.toggleAttribute("hidden", ring.line === "");
    const rate = ring.back ? null : ring.agreed_rate;
    write("ring-agreed", rate ? fill(this.#words.agreed, { rate }) : "");
    byId("ring-agreed")?.toggleAttribute("hidden", !rate);
    this.#enable(true);
    if (this.#dialog && !this.#dialog.open) {
      this.#dialog.showModal();
    }
    byId("ring-title")?.focus();
    claimTitle("ring", `${this.#words.ringing_title}: ${name}`);
    this.#tone.start("ring");
    clearInterval(this.#countdown);
    this.#countdown = setInterval(() => this.#tick(ring), 1000);
    this.#tick(ring);
  }

  /** @param {Incoming} ring */
  #title(ring) {
    if (ring.back) return this.#words.calls_back;
    return ring.caller.guest ? this.#words.guest_is_calling : this.#words.is_calling;
  }

  /** What the expert decides by. @param {Incoming & {back: false}} ring */
  #facts({ asked, caller, has_ten_minutes, max_rate }) {
    const language = new Intl.DisplayNames([document.documentElement.lang], { type: "language" }).of(caller.language);
    const past = { 0: this.#words.first_call, 1: this.#words.past_calls_one }[caller.past_calls];
    const facts = [
      fill(this.#words.speaks, { language: language ?? caller.language }),
      past ?? fill(this.#words.past_calls, { count: caller.past_calls }),
    ];
    if (!caller.guest) facts.push(has_ten_minutes ? this.#words.has_credit : this.#words.little_credit);
    if (max_rate) facts.push(fill(this.#words.at_most, { rate: max_rate }));
    return asked ? [...facts, this.#words.rings_at_others] : facts;
  }

  /** @param {Incoming} ring */
  #tick(ring) {
    write("ring-left", fill(this.#words.rings_for, { seconds: secondsLeft(ring.until, this.#socket.serverNow) }));
  }

  #close() {
    this.#tone.stop("ring");
    clearInterval(this.#countdown);
    giveTitleBack("ring");
    this.#dialog?.close();
  }

  /** @param {Incoming} ring @param {boolean} elsewhere another window answered it @param {boolean} taken another expert did */
  #tellGone(ring, elsewhere, taken) {
    if (elsewhere) {
      tell(this.#words.elsewhere);
    } else if (taken) {
      tell(fill(this.#words.taken, { name: whoRings(ring).name }));
    } else {
      announce(fill(this.#words.ring_over, { name: whoRings(ring).name }));
    }
  }

  /** @param {boolean} on */
  #enable(on) {
    for (const button of [this.#answer, this.#decline]) {
      button?.toggleAttribute("disabled", !on);
    }
  }
}

/** @param {Incoming} ring */
function whoRings(ring) {
  return ring.back ? ring.expert : ring.caller;
}
