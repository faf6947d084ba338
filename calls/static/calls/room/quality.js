/**
 * How well the call gets through, in three steps that a person can act on. Judged by the sound alone: a picture shrinks
 * by itself when there is little room, and its loss is not what spoils a talk.
 */

const WINDOW_MS = 5000;
/** Better is believed only once it has lasted: a step that flickers says nothing. */
const BETTER_AFTER_MS = 5000;
/** From where words are missed, and from where two people talk into each other's words (ITU-T G.114: 300 ms and more). */
const FAIR = { lost: 0.03, rttMs: 300 };
const POOR = { lost: 0.1, rttMs: 700 };

/**
 * @typedef {"good" | "fair" | "poor"} Step
 *
 * @typedef {object} Sample
 * @property {number} received  packets of the other's sound so far
 * @property {number} lost  of them, never arrived
 * @property {number} farLost  share of our own sound that did not arrive there lately, 0 to 1
 * @property {number} rttMs  there and back
 */

/** @param {RTCStatsReport} stats @returns {Sample} */
export function sampleOf(stats) {
  const sample = { received: 0, lost: 0, farLost: 0, rttMs: 0 };
  for (const report of stats.values()) {
    if (report.kind !== "audio") continue;
    if (report.type === "inbound-rtp") {
      sample.received += report.packetsReceived ?? 0;
      sample.lost += report.packetsLost ?? 0;
    } else if (report.type === "remote-inbound-rtp") {
      sample.farLost = Math.max(sample.farLost, report.fractionLost ?? 0);
      sample.rttMs = Math.max(sample.rttMs, 1000 * (report.roundTripTime ?? 0));
    }
  }
  return sample;
}

export class Quality {
  /** @type {({at: number} & Sample)[]} */
  #window = [];
  /** @type {number | null} */
  #betterSince = null;

  /** Null until there is enough to judge by. @type {Step | null} */
  step = null;
  /** When it became so. */
  since = 0;

  /** @param {number} now  ms @param {Sample} sample */
  look(now, sample) {
    this.#window.push({ at: now, ...sample });
    while (this.#window.length > 2 && this.#window[1].at <= now - WINDOW_MS) this.#window.shift();
    if (now - this.#window[0].at < WINDOW_MS) return;
    const step = this.#judge();
    const better = this.step !== null && rank(step) > rank(this.step);
    if (!better) this.#betterSince = null;
    else this.#betterSince ??= now;
    if (step === this.step || (better && now - (this.#betterSince ?? now) < BETTER_AFTER_MS)) return;
    this.step = step;
    this.since = now;
    this.#betterSince = null;
  }

  /** @returns {Step} */
  #judge() {
    const [first, last] = [this.#window[0], /** @type {Sample} */ (this.#window.at(-1))];
    const lost = Math.max(0, last.lost - first.lost);
    const came = Math.max(0, last.received - first.received);
    const near = lost + came > 0 ? lost / (lost + came) : 0;
    const far = this.#window.reduce((sum, { farLost }) => sum + farLost, 0) / this.#window.length;
    const worst = { lost: Math.max(near, far), rttMs: last.rttMs };
    if (worst.lost >= POOR.lost || worst.rttMs >= POOR.rttMs) return "poor";
    return worst.lost >= FAIR.lost || worst.rttMs >= FAIR.rttMs ? "fair" : "good";
  }
}

/** @param {Step} step */
function rank(step) {
  return ["poor", "fair", "good"].indexOf(step);
}
