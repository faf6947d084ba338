/**
 * Does anybody speak? By the energy of the sound since the look before, ours as it is sent and the other's as it comes. What is
 * below a soft voice is taken for silence: a fan, a keyboard far away.
 */

/** Of the full level; -38 dB. */
const SOFT_VOICE = 0.0125;

/** @typedef {{energy: number, seconds: number}} Sum  as getStats counts: the square of the level, added up over time */

export class Speech {
  /** @type {Map<string, Sum>} */
  #before = new Map();
  #heard = false;

  /** @param {RTCStatsReport} stats */
  look(stats) {
    for (const report of stats.values()) {
      if (report.kind !== "audio" || !["inbound-rtp", "media-source"].includes(report.type)) continue;
      this.#compare(report.id, { energy: report.totalAudioEnergy ?? 0, seconds: report.totalSamplesDuration ?? 0 });
    }
  }

  /** Our own sound, where the browser does not count it. @param {number | null} level  0 to 1 */
  own(level) {
    // A peak is some three times what a voice has on the average.
    if (level !== null && level > 3 * SOFT_VOICE) this.#heard = true;
  }

  /** Whether somebody spoke since this was asked last. */
  take() {
    const heard = this.#heard;
    this.#heard = false;
    return heard;
  }

  /** @param {string} id @param {Sum} now */
  #compare(id, now) {
    const before = this.#before.get(id);
    this.#before.set(id, now);
    if (!before || now.seconds <= before.seconds) return;
    const level = Math.sqrt(Math.max(0, now.energy - before.energy) / (now.seconds - before.seconds));
    if (level >= SOFT_VOICE) this.#heard = true;
  }
}
