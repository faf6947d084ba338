/** What the chart of earnings shows, worked out before anything is drawn. No DOM. */

/**
 * @typedef {{title: string, short: string, day: string, minor: number, sum: string}} Bar as payouts/earnings/chart.py hands it over
 * @typedef {{by: string, bars: Bar[], title: string, currency: string, decimals: number}} ChartData
 */

/**
 * The bars with their days as the visitor's region writes them, like every other date of the page.
 * @param {ChartData} data @param {(day: string, shown: string) => string} local @returns {Bar[]}
 */
export function inLocalDays({ bars, title }, local) {
  return bars.map((bar) =>
    bar.day
      ? { ...bar, title: title.replace("{day}", local(bar.day, "day")), short: local(bar.day, "short-day") }
      : bar,
  );
}

/**
 * Which of `count` bars are labelled when `most` labels have room: evenly, and the last one, which is the newest, always.
 * @param {number} count @param {number} most @returns {number[]}
 */
export function labelled(count, most) {
  const step = Math.max(1, Math.ceil(count / Math.max(1, most)));
  const places = [];
  for (let place = count - 1; place >= 0; place -= step) {
    places.unshift(place);
  }
  return places;
}

/** A label of no more than `most` characters. @param {string} label @param {number} most */
export function cut(label, most) {
  const letters = [...label];
  return letters.length <= most ? label : `${letters.slice(0, most - 1).join("").trimEnd()}…`;
}

/** Whole minor units at which the axis of sums may be divided: 1, 2, 5, 10, ... */
export function steps() {
  return [...Array(12).keys()].flatMap((power) => [1, 2, 5].map((first) => first * 10 ** power));
}

/**
 * A sum on the axis: without decimals when it is a whole number of the major unit.
 * @param {number} minor @param {Pick<ChartData, "currency" | "decimals">} data @param {string} language
 */
export function sumOnAxis(minor, { currency, decimals }, language) {
  const digits = minor % 10 ** decimals ? decimals : 0;
  const form = { style: "currency", currency, minimumFractionDigits: digits, maximumFractionDigits: digits };
  return new Intl.NumberFormat(language, /** @type {Intl.NumberFormatOptions} */ (form)).format(minor / 10 ** decimals);
}

/** How high the axis of sums goes: a tenth above the highest bar. @param {Bar[]} bars */
export function ceiling(bars) {
  return Math.max(1, ...bars.map((bar) => bar.minor * 1.1));
}
