/** Sound as the server takes it: 16 kHz, 16 bits, in pieces of a quarter of a second. Pure. */

export const RATE = 16_000;
export const PIECE = RATE / 4;
const LOUDEST = 32_767;

export class Pieces {
  #step;
  /** Of the sample that is being made: how much of its time is filled, and with what. */
  #filled = 0;
  #sum = 0;
  #piece = new Int16Array(PIECE);
  #length = 0;

  /** @param {number} rate  samples a second of what comes in */
  constructor(rate) {
    this.#step = RATE / rate;
  }

  /** Each sample that goes out is the mean of those that came in its time. @param {Float32Array} sound @returns {Int16Array[]} */
  add(sound) {
    /** @type {Int16Array[]} */
    const full = [];
    for (const sample of sound) {
      let left = this.#step;
      while (this.#filled + left >= 1 - 1e-9) {
        const part = 1 - this.#filled;
        this.#put(this.#sum + part * sample, full);
        left -= part;
        this.#filled = this.#sum = 0;
      }
      this.#filled += Math.max(0, left);
      this.#sum += Math.max(0, left) * sample;
    }
    return full;
  }

  /** @param {number} sample @param {Int16Array[]} full */
  #put(sample, full) {
    this.#piece[this.#length] = Math.round(Math.max(-1, Math.min(1, sample)) * LOUDEST);
    this.#length += 1;
    if (this.#length < PIECE) return;
    full.push(this.#piece);
    this.#piece = new Int16Array(PIECE);
    this.#length = 0;
  }
}
