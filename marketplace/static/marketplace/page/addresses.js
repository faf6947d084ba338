/** Addresses in the language of the page: the server wrote what stands before the French ones on `<html>`. */

/** A page of the site. @param {string} path */
export function address(path) {
  return (document.documentElement?.dataset?.prefix ?? "") + path;
}

/** @param {string} code */
export function roomAddress(code) {
  return address(`/r/${encodeURIComponent(code)}/`);
}

/** @param {string} code */
export function goToRoom(code) {
  location.assign(roomAddress(code));
}

/** A socket, which speaks the language of the page. @param {string} path @param {Record<string, string>} [more] */
export function socketAddress(path, more = {}) {
  const asked = new URLSearchParams({ language: document.documentElement.lang, ...more });
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/${path}?${asked}`;
}
