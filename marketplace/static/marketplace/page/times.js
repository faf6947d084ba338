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

/**
 * @param {string} datetime
 * @param {string} shown  one of SHOWN, or "coming": within a week by the day's name
 * @param {string[]} locales
 * @param {string} [timeZone]
 * @param {number} [now]  ms
 * @returns {string}
 */
export function localTime(datetime, shown, locales, timeZone, now = Date.now()) {
  if (shown === "coming") return comingTime(new Date(datetime), locales, timeZone, now);
  const zone = DAY_ONLY.test(datetime) ? "UTC" : timeZone;
  return new Intl.DateTimeFormat(locales, { ...SHOWN[shown], timeZone: zone }).format(new Date(datetime));
}

const DAY_MS = 86_400_000;

/** @param {Date} at @param {string[]} locales @param {string | undefined} timeZone @param {number} now */
function comingTime(at, locales, timeZone, now) {
  const calendar = new Intl.DateTimeFormat("en-CA", { timeZone }); // 2026-04-01
  const days = (Date.parse(calendar.format(at)) - Date.parse(calendar.format(now))) / DAY_MS;
  if (days < 0 || days > 6) return localTime(at.toISOString(), "moment", locales, timeZone);
  const name =
    days < 2
      ? new Intl.RelativeTimeFormat(locales, { numeric: "auto" }).format(days, "day")
      : new Intl.DateTimeFormat(locales, { weekday: "long", timeZone }).format(at);
  return `${name}, ${new Intl.DateTimeFormat(locales, { timeStyle: "short", timeZone }).format(at)}`;
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

/** A moment to come that the page learns by itself, as the server writes the others. @param {number} at  ms */
export function momentTag(at) {
  const time = document.createElement("time");
  time.dateTime = new Date(at).toISOString();
  time.dataset.local = "coming";
  show(time);
  return time;
}

/** A field for a time zone that is empty proposes the visitor's own. */
export function proposeOwnZone() {
  for (const field of document.querySelectorAll("input[data-own-zone]")) {
    if (field instanceof HTMLInputElement && !field.value) field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
  }
}
