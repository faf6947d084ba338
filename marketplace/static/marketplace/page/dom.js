/** The few questions that the page's parts ask the document. */

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} [kind]
 * @returns {T | null}
 */
export function byId(id, kind) {
  const found = document.getElementById(id);
  return found instanceof (kind ?? HTMLElement) ? /** @type {T} */ (found) : null;
}

/**
 * @typedef {{member: number | null, room_style: string, words: Record<string, string> & {presence: Record<string, string>}}} PageData
 * @returns {PageData} what the template handed over
 */
export function pageData() {
  return JSON.parse(byId("page-data")?.textContent ?? "{}");
}

/** Tells screen readers, once. @param {string} text */
export function announce(text) {
  const announcer = byId("announcer");
  if (announcer) {
    announcer.textContent = text;
  }
}

/** @param {string} id @param {string} text */
export function write(id, text) {
  const place = byId(id);
  if (place && place.textContent !== text) {
    place.textContent = text;
  }
}

const SHOWN_MS = 8000;

/**
 * Aloud, and as a line above the page for some seconds once somebody sees the window; above the dialog too, which hides the
 * rest from everybody.
 * @param {string} text
 */
export function tell(text) {
  const dialog = document.querySelector("dialog[open]");
  const notice = document.createElement("p");
  notice.className = "notice passing-notice";
  notice.textContent = text;
  if (dialog) {
    notice.setAttribute("role", "alert");
  }
  document.querySelector(".passing-notice")?.remove();
  (dialog ?? document.body).append(notice);
  whenSeen(() => {
    if (!notice.isConnected) return; // something newer took its place
    if (!dialog) announce(text);
    setTimeout(() => notice.remove(), SHOWN_MS);
  });
}

/** @param {() => void} action */
function whenSeen(action) {
  if (document.visibilityState === "visible") {
    action();
  } else {
    document.addEventListener("visibilitychange", () => whenSeen(action), { once: true });
  }
}
