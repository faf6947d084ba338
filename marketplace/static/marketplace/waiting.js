/**
 * What the lines in which this member waits mean for this window. No DOM.
 *
 * @import { Wait } from "./pagesocket.js"
 */

const MINUTE_MS = 60_000;
const STEP = 5;

/** Whose turn to ring it is: one at a time, across the messages that say so. */
export class Turns {
  /** @type {Wait | null} */
  shown = null;
  /** @type {Wait[]} as the server told it last */
  #waiting = [];
  /** @type {number[]} the experts who rang, or were rung, when the server told of it last */
  #rung = [];
  /** @type {Set<string>} turns that this window took or passed on */
  #settledHere = new Set();

  settledHere() {
    if (this.shown) this.#settledHere.add(key(this.shown));
  }

  /** A new connection: what was sent on the one before may be lost, and then the turn still is. The next list will tell. */
  forgetSettled() {
    if (this.shown && this.#settledHere.has(key(this.shown))) this.shown = null;
    this.#settledHere.clear();
  }

  /** The server refused what this window sent. */
  takeBack() {
    this.forgetSettled();
    return this.update(this.#waiting);
  }

  /**
   * @param {Wait[]} waiting
   * @param {number[]} [rung] the experts whom this member rings, or who call them back: that ends the waiting
   * @returns {{shown: Wait | null, gone: Wait | null, kept: Wait | null, out: Wait | null}} `gone`: a turn that ended without
   *   this window's doing; `kept`: what is left of it in the line; `out`: where this member had no turn, and waits no longer
   */
  update(waiting, rung = this.#rung) {
    const before = this.shown;
    const ringing = [...rung, ...this.#rung];
    const out = this.#waiting.find(({ expert, turn_until: until }) => until === null && !ringing.includes(expert.id) && !of(waiting, expert.id));
    this.#waiting = waiting;
    this.#rung = rung;
    const turns = waiting.filter((wait) => wait.turn_until !== null && !this.#settledHere.has(key(wait)));
    this.shown = turns.find((wait) => before !== null && key(wait) === key(before)) ?? turns[0] ?? null;
    const ended = before !== null && !waiting.some((wait) => key(wait) === key(before)) && !this.#settledHere.has(key(before));
    const gone = ended && !ringing.includes(before.expert.id) ? before : null;
    return { shown: this.shown, gone, kept: gone && of(waiting, gone.expert.id), out: out ?? null };
  }
}

/** @param {Wait[]} waiting @param {number} expert */
function of(waiting, expert) {
  return waiting.find((wait) => wait.expert.id === expert) ?? null;
}

/** @param {Wait} wait */
function key(wait) {
  return `${wait.expert.id} until ${wait.turn_until}`;
}

/**
 * How long it takes, honestly: a call for each who comes before, and what is left of the one that goes on.
 * @param {Wait} wait
 * @param {number} now the server's
 * @returns {number | null} in ms; null: nobody knows
 */
export function timeLeft({ place, estimate }, now) {
  if (estimate === null) return null;
  const left = estimate.since === null ? 0 : Math.max(0, estimate.each_ms - (now - estimate.since));
  return left + (place - 1) * estimate.each_ms;
}

/**
 * Coarse words for it: which of the page's words, and the number in them.
 * @param {number} ms
 * @returns {{word: string, number: number}}
 */
export function coarse(ms) {
  const minutes = ms / MINUTE_MS;
  if (minutes < 1) return { word: "any_moment", number: 0 };
  if (minutes < STEP / 2) return { word: "about_two_minutes", number: 2 };
  if (minutes < 50) return { word: "about_minutes", number: Math.round(minutes / STEP) * STEP };
  if (minutes < 90) return { word: "about_an_hour", number: 1 };
  return { word: "about_hours", number: Math.round(minutes / 60) };
}

/**
 * "2nd" has an ending of its own in each language.
 * @param {number} place
 * @param {string} language
 * @returns {string} which of the page's words
 */
export function placeWord(place, language) {
  return `in_line_${new Intl.PluralRules(language, { type: "ordinal" }).select(place)}`;
}
