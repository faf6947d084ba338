/**
 * ICE candidates, gathered one by one and sent in batches: many small messages would cost the relay more than they tell. The first
 * come all at once, what the computer knows of itself, and with those most connections are made.
 */

const FIRST_MS = 5;
const BATCH_MS = 50;
const BATCH = 64;

export class CandidateBatch {
  #send;
  /** @type {(RTCIceCandidateInit | null)[]} */
  #waiting = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #wait = FIRST_MS;

  /** @param {(candidates: (RTCIceCandidateInit | null)[]) => void} send */
  constructor(send) {
    this.#send = send;
  }

  /** @param {RTCIceCandidate | null} candidate  null: there are no more */
  add(candidate) {
    this.#waiting.push(candidate?.toJSON() ?? null);
    this.#timer ??= setTimeout(() => this.#flush(), this.#wait);
  }

  /** Those that wait belong to a connection that is gone. */
  drop() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = [];
    this.#wait = FIRST_MS;
  }

  #flush() {
    this.#timer = undefined;
    this.#wait = BATCH_MS;
    while (this.#waiting.length) this.#send(this.#waiting.splice(0, BATCH));
  }
}
