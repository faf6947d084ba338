/** Moments in the visitor's own time zone. The server writes them in UTC for whoever has no script. */

export function showLocalTimes() {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  });
  for (const time of document.querySelectorAll("time[data-local]")) {
    const at = new Date(time.getAttribute("datetime") ?? "");
    time.textContent = format.format(at);
    time.setAttribute("title", at.toString());
  }
}
