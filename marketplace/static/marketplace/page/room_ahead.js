/**
 * While it rings, the room that an answer leads to is fetched: its page, where the browser can keep one (Chromium), and what that page is
 * made of. Nothing of it runs, opens, joins or is seen before somebody goes there; how the call stands the room asks for itself then.
 */

import { roomAddress } from "./addresses.js";

export class RoomAhead {
  #style;
  #load;
  /** What rings, and the room where that leads. */
  #fetched = "";
  /** What began to ring while nobody looked at this window. @type {[number, string | null] | null} */
  #waiting = null;
  /** @type {HTMLScriptElement | null} */
  #rules = null;

  /**
   * @param {string} style  the address of the room's style sheet
   * @param {() => Promise<unknown>} [load]  the room's modules
   */
  constructor(style, load = () => import("../../calls/room/page/room.js")) {
    this.#style = style;
    this.#load = load;
    document.addEventListener("visibilitychange", () => {
      if (this.#waiting) this.ringing(...this.#waiting);
    });
  }

  /** Of all windows of a person only the one that is looked at fetches. @param {number} call @param {string | null} room  null: not known yet */
  ringing(call, room) {
    this.#waiting = document.visibilityState === "visible" ? null : [call, room];
    if (this.#waiting || this.#fetched === `${call} ${room}`) return;
    this.#fetched = `${call} ${room}`;
    this.#load().catch(() => {}); // then the room's page loads them
    fetch(this.#style).catch(() => {});
    if (room) this.#fetchPage(roomAddress(room));
  }

  /** Nothing rings any more: a page that was fetched for it is not kept for another time. */
  over() {
    this.#fetched = "";
    this.#waiting = null;
    this.#rules?.remove();
    this.#rules = null;
  }

  /** @param {string} page */
  #fetchPage(page) {
    this.#rules?.remove();
    this.#rules = null;
    if (!HTMLScriptElement.supports?.("speculationrules")) return;
    this.#rules = document.createElement("script");
    this.#rules.type = "speculationrules";
    this.#rules.textContent = JSON.stringify({ prefetch: [{ urls: [page], eagerness: "immediate" }] });
    document.head.append(this.#rules);
  }
}
