/** Moments in the visitor's own time zone, as their region writes them. The server writes UTC for whoever has no script. */

/** What `data-local` says is to be shown of a moment. @type {Record<string, Intl.DateTimeFormatOptions>} */
const SHOWN = {
  moment: { dateStyle: "medium", timeStyle: "short" },
  day: { dateStyle: "medium" },
  "short-day": { day: "numeric", month: "short" },
  clock: { timeStyle: "medium" },
};
/** A day of the calendar, 2026-04-01, is the same everywhere. */
const DAY_ONLY = /^\d{4}-\d\d-\d\d$/;

/** The page's language as the visitor's region writes it: 14:05 or 2:05 PM. */
export function localesFor(/** @type {string} */ language, /** @type {readonly string[]} */ spoken) {
  return [...spoken.filter((one) => one.startsWith(`${language}-`)), language];
}

/** @param {string} datetime @param {string} shown @param {string[]} locales @param {string} [timeZone] */
export function localTime(datetime, shown, locales, timeZone) {
  const zone = DAY_ONLY.test(datetime) ? "UTC" : timeZone;
  return new Intl.DateTimeFormat(locales, { ...SHOWN[shown], timeZone: zone }).format(new Date(datetime));
}

export function showLocalTimes() {
  for (const time of document.querySelectorAll("time[data-local]")) show(time);
}

/** @param {Element} time */
function show(time) {
  const datetime = time.getAttribute("datetime") ?? "";
  const locales = localesFor(document.documentElement.lang, navigator.languages);
  time.textContent = localTime(datetime, time.getAttribute("data-local") ?? "", locales);
  if (!DAY_ONLY.test(datetime)) {
    time.setAttribute("title", new Date(datetime).toString());
  }
}

/** A moment that the page learns by itself, as the server writes the others. @param {number} at  ms */
export function momentTag(at) {
  const time = document.createElement("time");
  time.dateTime = new Date(at).toISOString();
  time.dataset.local = "moment";
  show(time);
  return time;
}

/** A field for a time zone that is empty proposes the visitor's own. */
export function proposeOwnZone() {
  for (const field of document.querySelectorAll("input[data-own-zone]")) {
    if (field instanceof HTMLInputElement && !field.value) field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
  }
}
