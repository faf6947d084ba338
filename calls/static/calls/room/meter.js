/**
 * What the meter shows between two messages of the server: pure functions of the `meter` part and the server's time,
 * by the server's own rules (PRODUCT.md, sections 2 and 3). It never runs past the cap.
 */

/** @import { Meter, PaidMeter } from "./messages.js" */

const MINUTE = 60_000;
/** A step back smaller than this is the network's, and is not shown; a larger one is the server's. */
const JITTER_MS = 1500;

/** @param {Meter | null | undefined} meter @returns {meter is PaidMeter} */
export function isPaid(meter) {
  return Boolean(meter) && /** @type {Meter} */ (meter).state !== "free";
}

/** A countdown turns into running at `counts_from` by itself. @param {Meter} meter @param {number} now */
export function stateAt(meter, now) {
  return meter.state === "countdown" && now >= meter.counts_from ? "running" : meter.state;
}

/** Billable time so far. @param {PaidMeter} meter @param {number} now */
export function billableAt(meter, now) {
  const since = meter.state === "countdown" ? meter.counts_from : meter.as_of;
  const running = stateAt(meter, now) === "running" ? Math.max(0, now - since) : 0;
  return Math.min(meter.cap_ms, meter.billable_ms + running);
}

/** Rounded down once, in the payer's favour; an act costs its price. @param {PaidMeter} meter @param {number} billableMs */
export function costOf(meter, billableMs) {
  if (meter.rate_minor === null) return meter.price_minor ?? meter.cost_minor;
  const charged = Math.max(0, billableMs - meter.free_ms);
  return Math.min(meter.cap_minor, Math.floor((meter.rate_minor * charged) / MINUTE));
}

/** Whole seconds until it counts, 0 once it does. @param {Meter} meter @param {number} now */
export function countdownAt(meter, now) {
  const counting = isPaid(meter) && (meter.state === "countdown" || meter.reason === "countdown");
  return counting ? Math.max(0, Math.ceil((meter.counts_from - now) / 1000)) : 0;
}

/**
 * The warning to give when the time left went from `before` to `after`: minutes, or null.
 * @param {number} before @param {number} after  ms left on the cap
 * @param {number} capMs
 */
export function warningBetween(before, after, capMs) {
  const minutes = capMs > 15 * MINUTE ? [1, 2, 5] : [1, 2];
  return minutes.find((left) => before > left * MINUTE && after <= left * MINUTE && after > 0) ?? null;
}

/**
 * The next higher cap: five more minutes, or as much of them as credit and monthly limit leave. Null: there is nothing to add.
 * @param {PaidMeter} meter @param {number} creditMinor
 * @returns {{toMinor: number, addedMs: number, capMs: number} | null}
 */
export function nextCap(meter, creditMinor) {
  if (meter.rate_minor === null || creditMinor <= 0) return null;
  const toMinor = meter.cap_minor + Math.min(creditMinor, 5 * meter.rate_minor);
  // The last whole millisecond that the cap pays for, as the server reckons it.
  const capMs = meter.free_ms + Math.ceil(((toMinor + 1) * MINUTE) / meter.rate_minor) - 1;
  return { toMinor, capMs, addedMs: capMs - meter.cap_ms };
}

/** "3:12", "1:02:03". @param {number} ms */
export function timeText(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (/** @type {number} */ part) => String(part).padStart(2, "0");
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** A sum as the server writes it. @param {number} minor @param {string} currency @param {string} language */
export function moneyText(minor, currency, language) {
  const format = new Intl.NumberFormat(language, { style: "currency", currency });
  return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

/**
 * @typedef {object} Reading
 * @property {"free" | "countdown" | "running" | "paused" | "stopped"} state
 * @property {number} timeMs
 * @property {number} costMinor
 * @property {number} leftMs  on the cap, or of the act
 * @property {number} countdown  whole seconds, 0 when there is none
 */

/**
 * Reads the meter again and again. While it runs, its time never goes back, however late the messages come; when it
 * stops it shows what the server says, which may be one step back.
 */
export class MeterReader {
  /** @type {number | null} */
  #period = null;
  #timeMs = 0;

  /**
   * @param {Meter} meter @param {number} now
   * @returns {Reading}
   */
  read(meter, now) {
    if (meter.period !== this.#period) this.#timeMs = 0;
    this.#period = meter.period;
    if (!isPaid(meter)) return { state: "free", timeMs: 0, costMinor: 0, leftMs: 0, countdown: 0 };
    const state = stateAt(meter, now);
    const reckoned = billableAt(meter, now);
    const jitter = state === "running" && reckoned < this.#timeMs && reckoned > this.#timeMs - JITTER_MS;
    if (!jitter) this.#timeMs = reckoned;
    const leftMs = Math.max(0, meter.cap_ms - this.#timeMs);
    const countdown = countdownAt(meter, now);
    return { state, timeMs: this.#timeMs, costMinor: costOf(meter, this.#timeMs), leftMs, countdown };
  }
}

/** The warnings of how little is left, each once. Apart from the reader, which several parts of the page read. */
export class CapWarnings {
  /** @type {number | null} */
  #period = null;
  #leftMs = 0;

  /** @param {Meter} meter @param {Reading} reading @returns {number | null} minutes left */
  due(meter, { leftMs }) {
    const before = meter.period === this.#period ? this.#leftMs : leftMs;
    this.#period = meter.period;
    this.#leftMs = leftMs;
    return isPaid(meter) ? warningBetween(before, leftMs, meter.cap_ms) : null;
  }
}
