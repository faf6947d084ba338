/** The name of a visitor who calls without an account: asked once, by the form of *Call now*. */

import { announce, byId } from "./dom.js";

/** @import { PageData } from "./dom.js" */

export class GuestName {
  #form;
  #address;
  #words;
  /** Until the server has made a guest of the visitor. */
  isNobody = true;

  /** @param {HTMLFormElement | null} form @param {PageData["words"]} words @returns {GuestName | null} null: it asks for no name */
  static asked(form, words) {
    return form?.dataset.guest ? new GuestName(form, form.dataset.guest, words) : null;
  }

  /** @param {HTMLFormElement} form @param {string} address @param {PageData["words"]} words */
  constructor(form, address, words) {
    this.#form = form;
    this.#address = address;
    this.#words = words;
  }

  /** @returns {Promise<boolean>} false: what is wrong stands below the field */
  async become() {
    const answer = await fetch(this.#address, { method: "POST", body: new FormData(this.#form) }).catch(() => null);
    const said = await answer?.json().catch(() => null);
    if (!answer?.ok || !said) {
      this.#refuse(said?.text ?? (answer ? this.#words.stale_page : this.#words.offline));
      return false;
    }
    this.isNobody = false;
    byId("guest-name-field")?.setAttribute("hidden", "");
    return true;
  }

  /** @param {string} text */
  #refuse(text) {
    const place = byId("guest-name-error");
    if (place) {
      place.textContent = text;
      place.removeAttribute("hidden");
    }
    announce(text);
    byId("guest-name")?.focus();
  }
}
