/** Weekly hours of a profile in the visitor's own time zone. The server writes them in the expert's for whoever has no script. */

import { localesFor } from "./times.js";

const DAYS = 7;
const QUARTER_MS = 15 * 60_000; // no midnight lies between two

/**
 * The coming days as they are in a zone, each with its parts of the spans.
 * @param {[number, number][]} spans  ms
 * @param {number} now
 * @param {string} [timeZone]
 * @returns {{day: string, parts: [number, number][]}[]}  day: 2026-03-30
 */
export function byDay(spans, now, timeZone) {
  const written = new Intl.DateTimeFormat("en", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
  const dayOf = (/** @type {number} */ at) => {
    const parts = Object.fromEntries(written.formatToParts(at).map(({ type, value }) => [type, value]));
    return `${parts.year}-${parts.month}-${parts.day}`;
  };
  const parts = spans.flatMap((span) => splitAtMidnights(span, dayOf));
  const today = Date.parse(dayOf(now));
  return Array.from({ length: DAYS }, (_, at) => {
    const day = new Date(today + at * 86_400_000).toISOString().slice(0, 10);
    return { day, parts: parts.filter(([start]) => dayOf(start) === day) };
  });
}

/** @param {[number, number]} span @param {(at: number) => string} dayOf @returns {[number, number][]} */
function splitAtMidnights([start, end], dayOf) {
  const day = dayOf(start);
  let cut = Math.floor(start / QUARTER_MS + 1) * QUARTER_MS;
  while (cut < end && dayOf(cut) === day) cut += QUARTER_MS;
  return cut < end ? [[start, cut], ...splitAtMidnights([cut, end], dayOf)] : [[start, end]];
}

/** @param {{day: string, parts: [number, number][]}[]} days @param {string[]} locales @param {string} [timeZone] */
export function inWords(days, locales, timeZone) {
  const weekday = new Intl.DateTimeFormat(locales, { weekday: "long", timeZone: "UTC" });
  const clock = new Intl.DateTimeFormat(locales, { timeStyle: "short", timeZone });
  return days.map(({ day, parts }) => ({
    name: weekday.format(new Date(day)),
    times: parts.map(([start, end]) => `${clock.format(start)}–${clock.format(end)}`).join(", "),
  }));
}

export function showHours() {
  for (const section of document.querySelectorAll("[data-hours]")) {
    const locales = localesFor(document.documentElement.lang, navigator.languages);
    const days = inWords(byDay(JSON.parse(section.getAttribute("data-hours") ?? "[]"), Date.now()), locales);
    const [names, times] = [section.querySelectorAll("dt"), section.querySelectorAll("dd")];
    const none = section.querySelector("dd > .soft")?.cloneNode(true);
    days.forEach((day, at) => {
      names[at].textContent = day.name;
      times[at].replaceChildren(day.times || none?.cloneNode(true) || "–");
    });
    const note = section.querySelector("p");
    if (note) {
      const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
      note.textContent = (section.getAttribute("data-own-time") ?? "").replace("{zone}", timeZone);
    }
  }
}
