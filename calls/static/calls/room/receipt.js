/** The receipt's line of time, each piece as wide as it was long, and its moments in the visitor's own time zone. */

const language = document.documentElement.lang || "en";
/** @type {[string, Intl.DateTimeFormatOptions][]} */
const FORMATS = [
  ["time[data-clock]", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }],
  ["time[data-day]", { dateStyle: "long" }],
];

for (const piece of document.querySelectorAll(".timeline-piece")) {
  if (piece instanceof HTMLElement) piece.style.flexGrow = piece.dataset.ms ?? "1";
}
for (const [selector, options] of FORMATS) {
  const format = new Intl.DateTimeFormat(language, options);
  for (const time of document.querySelectorAll(selector)) {
    time.textContent = format.format(new Date(time.getAttribute("datetime") ?? ""));
  }
}

export {};
