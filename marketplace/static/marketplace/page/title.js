/** The window's title while something wants to be seen from another tab; then the page's own again. */

/** @type {Map<string, string>} */
const claims = new Map();
let own = "";

/** @param {string} who @param {string} title */
export function claimTitle(who, title) {
  if (claims.size === 0) own = document.title;
  claims.set(who, title);
  document.title = title;
}

/** @param {string} who */
export function giveTitleBack(who) {
  if (claims.delete(who)) document.title = [...claims.values()].at(-1) ?? own;
}
