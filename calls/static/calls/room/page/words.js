/** The page's words, as the server translated them: `words("meter.left", {time})`. */

/** @typedef {(key: string, values?: Record<string, string | number>) => string} Words */

/** @param {Record<string, Record<string, string>>} table @param {string} otherName  fills every {name} @returns {Words} */
export function wordsFrom(table, otherName) {
  return (key, values = {}) => {
    const [group, name] = key.split(".");
    const pattern = table[group]?.[name] ?? key;
    /** @type {Record<string, string | number>} */
    const filled = { name: otherName, ...values };
    return pattern.replace(/\{(\w+)\}/g, (whole, field) => String(filled[field] ?? whole));
  };
}

/** "12 min 40 s", as the server writes durations. @param {Words} words @param {number} ms */
export function durationText(words, ms) {
  const all = Math.max(0, Math.floor(ms / 1000));
  const [minutes, seconds] = [Math.floor(all / 60), all % 60];
  if (!minutes) return words("page.seconds", { seconds });
  return seconds ? words("page.minutes_seconds", { minutes, seconds }) : words("page.minutes", { minutes });
}
