/**
 * The server's time, reckoned from the `now` of its messages. Nothing on the page trusts this computer's own clock.
 *
 * A message is late by its travel time, never early: of the last few samples the one that says the server is furthest
 * ahead is the nearest to the truth, and one slow message does not make the meter jump.
 */
export class ServerClock {
  #elapsed;
  /** @type {number[]} */
  #samples = [];

  /** @param {() => number} elapsed  ms on a clock that nobody sets, such as performance.now */
  constructor(elapsed = () => performance.now()) {
    this.#elapsed = elapsed;
  }

  /** @param {number} now  as the server said it just now */
  note(now) {
    this.#samples = [...this.#samples.slice(-7), now - this.#elapsed()];
  }

  /** The server's time, in ms since 1970; before its first message this computer's. */
  now() {
    return this.#samples.length ? this.#elapsed() + Math.max(...this.#samples) : Date.now();
  }
}
