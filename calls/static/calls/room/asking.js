/** What the expert types when asking to switch to paid. Pure. */

/** "2.00": a rate as it is typed. @param {number} minor */
export function rateText(minor) {
  return `${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, "0")}`;
}

/** Whole minor units of "1.5", "1,50" or "2"; null for anything else. @param {string} typed */
export function rateOf(typed) {
  const match = /^\s*(\d{1,4})(?:[.,](\d{1,2}))?\s*$/.exec(typed);
  return match ? Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0")) : null;
}

/**
 * Two whole minutes, or none.
 * @param {string} low @param {string} high
 * @returns {[number, number] | null | "bad"}
 */
export function estimateOf(low, high) {
  if (!low.trim() && !high.trim()) return null;
  const [from, to] = [low, high].map((typed) => (/^\s*\d{1,3}\s*$/.test(typed) ? Number(typed) : 0));
  return from > 0 && to >= from ? [from, to] : "bad";
}

/**
 * What the expert chose in the sheet: a listing, or stored time.
 * @param {FormDataEntryValue | null} value  of the radio: "9", or "stored:2"
 * @returns {{listing: number} | {stored: number} | null}
 */
export function choiceOf(value) {
  const match = /^(stored:)?(\d+)$/.exec(String(value ?? ""));
  if (!match) return null;
  return match[1] ? { stored: Number(match[2]) } : { listing: Number(match[2]) };
}

/**
 * The typed sum as a field of `offer.send`; null: no sum, or above the listing's.
 * @param {import("./messages.js").Listing} listing @param {string} typed
 * @returns {{rate_minor: number} | {price_minor: number} | null}
 */
export function priceOf(listing, typed) {
  const minor = rateOf(typed);
  const most = listing.kind === "per_minute" ? listing.rate_minor : listing.price_minor;
  if (minor === null || minor < 1 || minor > (most ?? 0)) return null;
  return listing.kind === "per_minute" ? { rate_minor: minor } : { price_minor: minor };
}
