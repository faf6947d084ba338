/**
 * Is the other's sound and picture arriving? Judged by counters alone: connectionState says "disconnected" only after
 * 5 to 8 seconds, and says "connected" on the side that still hears when the other does not.
 */

const SILENT_MS = 1500;
const FIRST_MS = 6000;
const STILL_MS = 1500;
/** Waits between one alarm and the next while nothing arrives. */
const AGAIN_MS = [3000, 4000, 8000, 15_000];
/** Timers of a sleeping computer or hidden page: what was not watched is not known. */
const BLIND_MS = 3000;

/** @typedef {{received: number, frames: number}} Counters  audio packets and frames of the camera that came in so far */

/**
 * @param {RTCStatsReport} stats
 * @param {string | null} [screen]  the section of a shared screen, whose frames are no sign of a camera
 * @returns {Counters}
 */
export function countersOf(stats, screen) {
  const sum = { received: 0, frames: 0 };
  for (const report of stats.values()) {
    if (report.type !== "inbound-rtp" || (screen && report.mid === screen)) continue;
    if (report.kind === "audio") sum.received += report.packetsReceived ?? 0;
    else sum.frames += report.framesDecoded ?? 0;
  }
  return sum;
}

/** Of a shared screen, which comes in the section `mid`. @param {RTCStatsReport} stats @param {string | null | undefined} mid */
export function screenFrames(stats, mid) {
  const coming = [...stats.values()].find((report) => report.type === "inbound-rtp" && mid && report.mid === mid);
  return coming?.framesDecoded ?? 0;
}

/**
 * Does what we send and get pass a relay? By the pair of addresses in use; only Firefox marks that on the pair itself.
 * @param {RTCStatsReport} stats @returns {boolean | null} null: there is no connection
 */
export function isRelayed(stats) {
  const reports = [...stats.values()];
  const chosen = reports.find(({ type }) => type === "transport")?.selectedCandidatePairId;
  const pair = reports.find(({ id, type, selected }) => (chosen ? id === chosen : type === "candidate-pair" && selected));
  if (!pair) return null;
  const ends = reports.filter(({ id }) => id === pair.localCandidateId || id === pair.remoteCandidateId);
  return ends.some(({ candidateType }) => candidateType === "relay");
}

export class Flow {
  #received = 0;
  #frames = 0;
  /** @type {number | null} */
  #looked = null;
  #heard = 0;
  #seen = -Infinity;
  #alarms = 0;
  #nextAlarm = 0;

  /** Sound arrives. */
  hearing = false;
  /** Sound arrived at least once. */
  everHeard = false;
  /** A picture arrives. */
  seeing = false;

  /**
   * @param {number} now  ms
   * @param {Counters} counters
   * @returns {number} 0, or the count of the alarm raised now: something must be done to the connection
   */
  look(now, { received, frames }) {
    const blind = this.#looked === null || now - this.#looked > BLIND_MS;
    this.#looked = now;
    if (blind) this.#expect(now, this.everHeard ? SILENT_MS : FIRST_MS);
    if (received > this.#received) this.#hear(now);
    if (frames > this.#frames) this.#seen = now;
    [this.#received, this.#frames] = [received, frames];
    this.seeing = now - this.#seen < STILL_MS;
    if (this.hearing && now - this.#heard >= SILENT_MS) this.hearing = false;
    return now >= this.#nextAlarm ? this.#alarm(now) : 0;
  }

  /** @param {number} now */
  #hear(now) {
    this.hearing = this.everHeard = true;
    this.#heard = now;
    this.#alarms = 0;
    this.#expect(now, SILENT_MS);
  }

  /** @param {number} now @param {number} ms */
  #expect(now, ms) {
    this.#nextAlarm = now + ms;
  }

  /** @param {number} now */
  #alarm(now) {
    this.#expect(now, AGAIN_MS[Math.min(this.#alarms, AGAIN_MS.length - 1)]);
    this.#alarms += 1;
    return this.#alarms;
  }
}
