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
 * @typedef {{member: number | null, words: Record<string, string> & {presence: Record<string, string>}}} PageData
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
