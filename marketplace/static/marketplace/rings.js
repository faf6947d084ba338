/**
 * What the rings of the server mean for this window. No DOM: page.js shows what comes out of here.
 *
 * @import { Incoming, Outgoing } from "./pagesocket.js"
 */

/** Who rings this member, across the messages that say so. */
export class IncomingRings {
  /** @type {Incoming | null} */
  shown = null;
  /** @type {Incoming[]} as the server told it last */
  #incoming = [];
  /** @type {Set<number>} calls that this window answered or declined */
  #settledHere = new Set();

  /** @param {number} call */
  settledHere(call) {
    this.#settledHere.add(call);
  }

  /** A new connection: what was sent on the one before may be lost, and then it still rings. The next list will tell. */
  forgetSettled() {
    if (this.shown && this.#settledHere.has(this.shown.call)) this.shown = null;
    this.#settledHere.clear();
  }

  /** The server refused what this window sent, and it still rings. */
  takeBack() {
    this.forgetSettled();
    return this.update(this.#incoming);
  }

  /**
   * @param {Incoming[]} incoming the whole list, as the server has it now
   * @returns {{shown: Incoming | null, gone: Incoming | null}} `gone`: left the list without this window's doing
   */
  update(incoming) {
    const before = this.shown;
    this.#incoming = incoming;
    this.shown = incoming.find((ring) => !this.#settledHere.has(ring.call)) ?? null;
    const left = before && !incoming.some((ring) => ring.call === before.call);
    return { shown: this.shown, gone: left && !this.#settledHere.has(before.call) ? before : null };
  }
}

/**
 * @typedef {{phase: "idle"} | {phase: "asked"} | {phase: "ringing", call: number, until: number}
 *   | {phase: "answered", room: string | null} | {phase: "over", reason: "declined" | "missed" | "cancelled"}} Stage
 */

/** This member's ring of one person: of an expert on that expert's page, or calling somebody back. */
export class OutgoingRing {
  /** @type {Stage} */
  stage = { phase: "idle" };
  #back;
  #other;
  /** @type {number | null} the call that this window rang, so that only it goes to the room */
  #mine;
  /** @type {number | null} the call whose end was shown last */
  #ended = null;

  /**
   * @param {number} other who is rung
   * @param {number | null} mine the call that this window rang before it was loaded again
   * @param {boolean} [back] an expert calls back
   */
  constructor(other, mine, back = false) {
    this.#other = other;
    this.#mine = mine;
    this.#back = back;
  }

  asked() {
    this.stage = { phase: "asked" };
  }

  /** The ring was refused by the server. */
  refused() {
    this.stage = { phase: "idle" };
  }

  /** @param {number} call that the server made of this window's ring */
  ringing(call) {
    this.#mine = call;
  }

  /**
   * @param {Outgoing | null} outgoing
   * @returns {Stage} what to show from now on
   */
  update(outgoing) {
    if (outgoing === null || outgoing.back !== this.#back || rungIn(outgoing).id !== this.#other) {
      return this.#withoutRing();
    }
    if (outgoing.state === "ringing") {
      this.stage = { phase: "ringing", call: outgoing.call, until: outgoing.until };
    } else if (outgoing.state === "answered") {
      this.stage = { phase: "answered", room: outgoing.call === this.#mine ? outgoing.room : null };
    } else if (this.#wasShowing(outgoing.call)) {
      this.#ended = outgoing.call;
      this.stage = { phase: "over", reason: outgoing.state };
    }
    return this.stage;
  }

  /** The end of a ring is told for 30 s, so the end of the one before can come after a new one was asked for. @param {number} call */
  #wasShowing(call) {
    return this.stage.phase === "ringing" ? this.stage.call === call : this.stage.phase === "asked" && call !== this.#ended;
  }

  #withoutRing() {
    if (this.stage.phase === "ringing" || this.stage.phase === "answered") {
      this.stage = { phase: "idle" };
    }
    return this.stage;
  }
}

/** @param {Outgoing} outgoing */
export function rungIn(outgoing) {
  return outgoing.back ? outgoing.caller : outgoing.expert;
}

/**
 * "{name} is calling" with the names filled in.
 * @param {string} words
 * @param {Record<string, string | number>} values
 */
export function fill(words, values) {
  return words.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** Whole seconds left, never below zero. @param {number} until @param {number} now */
export function secondsLeft(until, now) {
  return Math.max(0, Math.ceil((until - now) / 1000));
}
