/** *Call at the listed rate*: the consent card before ringing. What it says comes from the server at each opening. */

import { ConsentTerms } from "../../calls/room/page/consent_terms.js";
import { byId as promised, onPress, show } from "../../calls/room/page/dom.js";
import { wordsFrom } from "../../calls/room/page/words.js";

/**
 * @import { ListedTerms, PageSocket, ServerError } from "../pagesocket.js"
 * @typedef {{terms: string, cap_minor: number}} Agreed
 */

const ANSWER_MS = 5000; // how long the server's answer is waited for before *Accept and call* can be pressed again

export class ListedRate {
  #socket;
  #expert;
  #ring;
  #offline;
  #dialog = promised("listed-rate", HTMLDialogElement);
  #accept = promised("agree", HTMLButtonElement);
  #terms;
  /** @type {ListedTerms | null} */
  #shown = null;
  #waitsUntil = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {{socket: PageSocket, expert: number, name: string, offline: string, ring: (agreed: Agreed) => boolean}} how
   *   `ring`: false: not connected, nothing was sent
   */
  constructor({ socket, expert, name, offline, ring }) {
    this.#socket = socket;
    this.#expert = expert;
    this.#ring = ring;
    this.#offline = offline;
    this.#terms = new ConsentTerms(wordsFrom(JSON.parse(promised("consent-words", HTMLScriptElement).text), name));
    onPress("agree", () => this.#agree());
    onPress("agree-close", () => this.close());
  }

  /** @returns {boolean} false: not connected */
  ask() {
    return this.#socket.send("ring.terms", { expert: this.#expert });
  }

  /** @param {ListedTerms} told */
  draw(told) {
    if (told.expert !== this.#expert) return;
    const { card } = told;
    const again = this.#dialog.open;
    if (!again) this.#terms.open(card);
    this.#shown = told;
    this.#waitsUntil = 0;
    this.#terms.render(card);
    show(this.#accept, !card.needs_credit);
    show(promised("agree-credit"), Boolean(card.needs_credit));
    this.#enableInTime();
    if (again) return;
    this.#dialog.showModal();
    promised("consent-title").focus();
  }

  /** @param {ServerError} error @returns {boolean} whether the card has said it */
  refused({ code, text }) {
    const isOfTerms = code === "ring.terms_changed" || code.startsWith("offer.");
    if (!this.#dialog.open || !isOfTerms) {
      this.close();
      return false;
    }
    this.#terms.refused(text);
    this.ask();
    return true;
  }

  close() {
    clearTimeout(this.#timer);
    this.#shown = null;
    this.#dialog.close();
  }

  #agree() {
    if (!this.#shown || this.#isInert()) return;
    this.#terms.pressed();
    const sent = this.#ring({ terms: this.#shown.terms, cap_minor: this.#terms.capMinor });
    if (!sent) return this.#terms.refused(this.#offline);
    this.#waitsUntil = this.#socket.serverNow + ANSWER_MS;
    this.#enableInTime();
  }

  #isInert() {
    return !this.#shown?.card.can_accept || this.#socket.serverNow < this.#inertUntil;
  }

  get #inertUntil() {
    return Math.max(this.#waitsUntil, this.#shown?.card.inert_until ?? 0);
  }

  #enableInTime() {
    clearTimeout(this.#timer);
    this.#accept.disabled = this.#isInert();
    const left = this.#inertUntil - this.#socket.serverNow;
    if (left > 0) this.#timer = setTimeout(() => this.#enableInTime(), left + 1);
  }
}
