/** *Call back* on an expert's own page: rings somebody who waits. */

import { OutgoingRing, fill, secondsLeft } from "../rings.js";
import { goToRoom } from "./addresses.js";
import { byId, tell, write } from "./dom.js";
import { keptRing } from "./own_rings.js";

/**
 * @import { Outgoing, PageSocket, ServerError } from "../pagesocket.js"
 * @import { Stage } from "../rings.js"
 * @import { PageData } from "./dom.js"
 */

export class CallingBack {
  #box;
  #socket;
  #words;
  #name = "";
  /** @type {{to: number, ring: OutgoingRing} | null} */
  #now = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #countdown;

  /**
   * @param {HTMLElement} box
   * @param {PageSocket} socket
   * @param {PageData["words"]} words
   */
  constructor(box, socket, words) {
    this.#box = box;
    this.#socket = socket;
    this.#words = words;
    document.addEventListener("click", (event) => this.#pressed(event));
    byId("back-cancel")?.addEventListener("click", () => this.#cancel());
  }

  /** @param {Outgoing | null} outgoing */
  update(outgoing) {
    if (outgoing?.back) {
      this.#name = outgoing.caller.name;
      this.#follow(outgoing.caller.id);
    }
    if (!this.#now) {
      return;
    }
    const before = this.#now.ring.stage.phase;
    const stage = this.#now.ring.update(outgoing);
    if (stage.phase !== before) {
      this.#show(stage);
    }
  }

  /** @param {{call: number}} ring */
  ringing({ call }) {
    this.#now?.ring.ringing(call);
  }

  /** @param {ServerError} error */
  refused({ text }) {
    this.#now?.ring.refused();
    tell(text);
  }

  /** @param {number} member */
  #follow(member) {
    if (this.#now?.to !== member) {
      this.#now = { to: member, ring: new OutgoingRing(member, keptRing(), true) };
    }
    return this.#now.ring;
  }

  /** @param {Event} event */
  #pressed(event) {
    const button = event.target instanceof Element ? event.target.closest("[data-call-back]") : null;
    if (!button) {
      return;
    }
    const member = Number(button.getAttribute("data-call-back"));
    if (this.#socket.send("ring.back", { member })) {
      this.#follow(member).asked();
    } else {
      tell(this.#words.offline);
    }
  }

  #cancel() {
    const stage = this.#now?.ring.stage;
    if (stage?.phase === "ringing") {
      this.#socket.send("ring.cancel", { call: stage.call });
    }
  }

  /** @param {Stage} stage */
  #show(stage) {
    clearInterval(this.#countdown);
    const rings = stage.phase === "ringing";
    const words = { ringing: "ringing", answered: "answered", over: stage.phase === "over" ? stage.reason : "" };
    const word = words[/** @type {keyof typeof words} */ (stage.phase)];
    this.#box.toggleAttribute("hidden", !word);
    byId("back-cancel")?.toggleAttribute("hidden", !rings);
    write("back-left", "");
    if (!word) {
      return;
    }
    const elsewhere = stage.phase === "answered" && stage.room === null;
    write("back-state", fill(this.#words[elsewhere ? "answered_elsewhere" : word], { name: this.#name }));
    byId("back-state")?.focus();
    if (rings) {
      const tick = () => write("back-left", fill(this.#words.rings_for, { seconds: secondsLeft(stage.until, this.#socket.serverNow) }));
      this.#countdown = setInterval(tick, 1000);
      tick();
    } else if (stage.phase === "answered" && stage.room) {
      goToRoom(stage.room);
    }
  }
}
