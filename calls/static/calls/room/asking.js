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
