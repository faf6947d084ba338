/** Where there is room for the sound alone the camera rests, and comes back when there is room again. */

const POOR_MS = 6000;
const GOOD_MS = 10_000;

/** @import { Step } from "./quality.js" */

export class CameraRest {
  resting = false;

  /**
   * @param {number} now  ms
   * @param {{step: Step | null, since: number}} quality
   * @param {boolean} on  the person has the camera on
   * @returns {boolean} whether that changed something
   */
  look(now, { step, since }, on) {
    const lasted = now - since;
    const rests = on && (this.resting ? !(step === "good" && lasted >= GOOD_MS) : step === "poor" && lasted >= POOR_MS);
    if (rests === this.resting) return false;
    this.resting = rests;
    return true;
  }
}
