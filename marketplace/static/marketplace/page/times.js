/** Moments in the visitor's own time zone. The server writes them in UTC for whoever has no script. */

export function showLocalTimes() {
  const language = document.documentElement.lang;
  const regions = navigator.languages.filter((spoken) => spoken.startsWith(`${language}-`)); // 14:05 or 2:05 PM
  const format = new Intl.DateTimeFormat([...regions, language], {
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
