/** The expert for whom this member waited is free: the dialog over whatever page is open, for as long as the turn lasts. */

import { fill, secondsLeft } from "../rings.js";
import { Turns } from "../waiting.js";
import { address } from "./addresses.js";
import { byId, tell, write } from "./dom.js";
import { claimTitle, giveTitleBack } from "./title.js";

/**
 * @import { PageSocket, ServerError, Wait } from "../pagesocket.js"
 * @import { Ringtone } from "../ringtone.js"
 * @import { PageData } from "./dom.js"
 */

export class TurnDialog {
  #turns = new Turns();
  #socket;
  #words;
  #tone;
  #ring;
  /** @type {Wait | null} whom this window rings, until the server has made a call of it */
  #ringing = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #countdown;
  #dialog = byId("turn-dialog", HTMLDialogElement);

  /**
   * @param {PageSocket} socket
   * @param {PageData["words"]} words
   * @param {Ringtone} tone
   * @param {(expert: number, line: string) => boolean} ring from this page; false: not connected
   */
  constructor(socket, words, tone, ring) {
    this.#socket = socket;
    this.#words = words;
    this.#tone = tone;
    this.#ring = ring;
    byId("turn-call")?.addEventListener("click", () => this.#call());
    byId("turn-later")?.addEventListener("click", () => this.#later());
    // Escape neither calls nor gives the turn away.
    this.#dialog?.addEventListener("cancel", (event) => event.preventDefault());
    document.addEventListener("visibilitychange", () => this.#sound());
  }

  /** @param {Wait[]} waiting @param {number[]} rung the experts whom this member rings, or who call them back */
  update(waiting, rung) {
    const before = this.#turns.shown;
    const { shown, gone, kept, out } = this.#turns.update(waiting, rung);
    this.#show(shown, before);
    if (gone) {
      const passed = kept?.state === "free" ? "turn_passed" : "turn_kept";
      tell(fill(this.#words[kept ? passed : "turn_over"], { name: gone.expert.name }));
    } else if (out) {
      tell(fill(this.#words.waits_no_more, { name: out.expert.name }));
    }
  }

  /** The server took the ring of this window. @returns {string | null} where it goes on, if this window rang from here */
  ringing() {
    const slug = this.#ringing?.expert.slug;
    this.#ringing = null;
    return slug ? address(`/experts/${encodeURIComponent(slug)}/`) : null;
  }

  /** A ring did nothing. @param {ServerError} error @returns {number | null} whom this dialog rang, if it was its own */
  refused({ text }) {
    const expert = this.#ringing?.expert.id ?? null;
    if (expert !== null) {
      this.#ringing = null;
      this.#show(this.#turns.takeBack().shown, null);
      tell(text);
    }
    return expert;
  }

  /** The connection is new: what was sent on the one before may never have come. */
  reconnected() {
    this.#ringing = null;
    this.#turns.forgetSettled();
  }

  #call() {
    const { shown } = this.#turns;
    if (!shown) {
      return;
    }
    if (!this.#ring(shown.expert.id, shown.line)) {
      tell(this.#words.offline);
      return;
    }
    this.#ringing = shown;
    this.#settle();
  }

  #later() {
    const { shown } = this.#turns;
    if (shown && this.#socket.send("wait.leave", { expert: shown.expert.id })) {
      this.#settle();
    } else if (shown) {
      tell(this.#words.offline);
    }
  }

  #settle() {
    this.#turns.settledHere();
    this.#close();
  }

  /** @param {Wait | null} shown @param {Wait | null} before */
  #show(shown, before) {
    if (shown === null) {
      this.#close();
    } else if (before === null || before.expert.id !== shown.expert.id || before.turn_until !== shown.turn_until) {
      this.#open(shown);
    }
  }

  /** @param {Wait} turn */
  #open(turn) {
    const { name } = turn.expert;
    const title = fill(this.#words.free_now, { name });
    write("turn-title", title);
    if (this.#dialog && !this.#dialog.open) {
      this.#dialog.showModal();
    }
    byId("turn-title")?.focus();
    claimTitle("turn", title);
    this.#sound();
    const tick = () => {
      const seconds = secondsLeft(turn.turn_until ?? 0, this.#socket.serverNow);
      write("turn-left", fill(this.#words.turn_left, { name, seconds }));
      if (seconds <= 0) this.#tone.stop("turn"); // also where no word of it comes any more
    };
    clearInterval(this.#countdown);
    this.#countdown = setInterval(tick, 1000);
    tick();
  }

  #close() {
    clearInterval(this.#countdown);
    giveTitleBack("turn");
    this.#dialog?.close();
    this.#sound();
  }

  /** For who looks at another window: a turn does not last long. */
  #sound() {
    if (this.#dialog?.open && document.visibilityState === "hidden") {
      this.#tone.start("turn");
    } else {
      this.#tone.stop("turn");
    }
  }
}
