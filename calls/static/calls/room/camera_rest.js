/** Where there is room for the sound alone the camera rests, and comes back when there is room again. */

const POOR_MS = 6000;
const GOOD_MS = 10_000;
const GOOD_MOST_MS = 160_000;
/** Rests again within so long after it came back: it was too much, though the sound alone fits. */
const TOO_MUCH_MS = 60_000;

/** @import { Step } from "./quality.js" */

export class CameraRest {
  resting = false;
  /** How long it must be good before the camera comes back. */
  #goodMs = GOOD_MS;
  #backAt = -Infinity;

  /**
   * @param {number} now  ms
   * @param {{step: Step | null, since: number}} quality
   * @param {boolean} on  the person has the camera on
   * @returns {boolean} whether that changed something
   */
  look(now, { step, since }, on) {
    const lasted = now - since;
    const rests = on && (this.resting ? !(step === "good" && lasted >= this.#goodMs) : step === "poor" && lasted >= POOR_MS);
    if (rests === this.resting) return false;
    this.resting = rests;
    if (rests) this.#goodMs = now - this.#backAt < TOO_MUCH_MS ? Math.min(2 * this.#goodMs, GOOD_MOST_MS) : GOOD_MS;
    else this.#backAt = now;
    return true;
  }
}
