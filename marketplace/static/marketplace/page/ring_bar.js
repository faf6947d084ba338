/** A ring of this person's on a page that is not about it: who rings may read on meanwhile. */

import { fill, rungIn, secondsLeft } from "../rings.js";
import { goToRoom, roomAddress } from "./addresses.js";
import { announce, byId, tell, write } from "./dom.js";
import { keptAsk, keptRing } from "./own_rings.js";

/**
 * @import { Asking, Outgoing, PageSocket } from "../pagesocket.js"
 * @import { PageData } from "./dom.js"
 *
 * @typedef {object} Ring  of one expert, or of all who were asked
 * @property {string} id
 * @property {string} state
 * @property {number} until
 * @property {string | null} room
 * @property {boolean} isMine  this window began it, so it goes to the room
 * @property {string} ringing  what is said of it, by its state
 * @property {string} answered
 * @property {string} waits  answered, and not by this window's ring, or it was in the room already
 * @property {string} over
 * @property {() => void} cancel
 */

export class RingBar {
  #bar;
  #socket;
  #words;
  /** @type {Ring | null} as it was shown last */
  #shown = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #countdown;

  /** @param {HTMLElement} bar @param {PageSocket} socket @param {PageData["words"]} words */
  constructor(bar, socket, words) {
    this.#bar = bar;
    this.#socket = socket;
    this.#words = words;
    byId("ring-bar-cancel")?.addEventListener("click", () => this.#shown?.cancel());
  }

  /** What rings, without what the page itself shows. @param {Outgoing | null} outgoing @param {Asking | null} asking */
  update(outgoing, asking) {
    const rings = [outgoing && this.#ofCall(outgoing), asking && this.#ofAsk(asking)].filter((ring) => ring !== null);
    const ring = rings.find(isOpen) ?? null;
    const before = this.#shown;
    this.#shown = ring;
    if (ring?.id === before?.id && ring?.state === before?.state) return;
    clearInterval(this.#countdown);
    this.#bar.toggleAttribute("hidden", ring === null);
    if (ring) this.#show(ring);
    else this.#tellEnd(before, rings);
  }

  /** @param {Ring} ring */
  #show(ring) {
    const rings = ring.state === "ringing";
    const text = rings ? ring.ringing : ring.isMine ? ring.answered : ring.waits;
    write("ring-bar-state", text);
    announce(text);
    byId("ring-bar-cancel")?.toggleAttribute("hidden", !rings);
    const way = byId("ring-bar-go", HTMLAnchorElement);
    way?.toggleAttribute("hidden", rings || !ring.room);
    if (ring.room) way?.setAttribute("href", roomAddress(ring.room));
    this.#writeLeft();
    if (rings) this.#countdown = setInterval(() => this.#writeLeft(), 1000);
    else if (ring.isMine && ring.room) goToRoom(ring.room);
  }

  #writeLeft() {
    const ring = this.#shown;
    const seconds = ring?.state === "ringing" ? secondsLeft(ring.until, this.#socket.serverNow) : null;
    write("ring-bar-left", seconds === null ? "" : fill(this.#words.rings_for, { seconds }));
  }

  /** Nothing of what went on elsewhere. @param {Ring | null} before @param {Ring[]} rings */
  #tellEnd(before, rings) {
    const ended = rings.find(({ id }) => id === before?.id);
    if (ended) tell(ended.over);
  }

  /** @param {Outgoing} outgoing @returns {Ring} */
  #ofCall(outgoing) {
    const { call, state, until, room } = outgoing;
    const say = (/** @type {string} */ word) => fill(this.#words[word], { name: rungIn(outgoing).name });
    return {
      id: `call ${call}`, state, until, room, isMine: call === keptRing(),
      ringing: say("ringing"), answered: say("answered"), waits: say("answered_waits"),
      over: `${say(state)} ${this.#words.cost_nothing}`,
      cancel: () => this.#socket.send("ring.cancel", { call }),
    };
  }

  /** @param {Asking} asking @returns {Ring} */
  #ofAsk({ ask, state, until, room, rung, category, expert }) {
    const name = expert?.name ?? "";
    return {
      id: `ask ${ask}`, state, until, room, isMine: ask === keptAsk(),
      ringing: fill(this.#words[rung === 1 ? "asking_one" : "asking"], { count: rung, category }),
      answered: fill(this.#words.ask_answered, { name }),
      waits: fill(this.#words.answered_waits, { name }),
      over: this.#words[state === "missed" ? "ask_missed_here" : "ask_cancelled"],
      cancel: () => this.#socket.send("ask.cancel", { ask }),
    };
  }
}

/** @param {Pick<Ring, "state">} ring */
function isOpen({ state }) {
  return state === "ringing" || state === "answered";
}
