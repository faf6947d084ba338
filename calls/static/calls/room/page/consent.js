/** The payer's consent card. Nothing on it is pressed by accident: it is inert for its first second, and Escape does nothing. */

import { isAsked } from "../messages.js";
import { ConsentTerms } from "./consent_terms.js";
import { byId, onPress, say, show } from "./dom.js";
import { durationText } from "./words.js";

const INERT_MS = 1000; // from when *Accept and pay* stands there to be read, however late the offer came
const ANSWER_MS = 5000; // how long the server's answer is waited for before *Accept and pay* can be pressed again

/** @import { Offer } from "../messages.js" */
/** @import { Desk } from "./desk.js" */

export class ConsentCard {
  #desk;
  #ways;
  #card = byId("consent");
  #terms;
  #accept = byId("accept", HTMLButtonElement);
  /** @type {number | null} */
  #shownId = null;
  /** *Accept and pay* was pressed: until then the answer of the server may be on its way. */
  #waitsUntil = 0;
  /** *Accept and pay* stands there since then; it also comes in another button's place. @type {number | null} */
  #acceptSince = null;
  /** @type {Element | null} */
  #focusBefore = null;

  #wasGuest = false;

  /**
   * Each opens a window or a form, or says that it could not.
   * @param {Desk} desk @param {{addCredit: (missing: number) => boolean, makeAccount: () => boolean}} ways
   */
  constructor(desk, ways) {
    this.#desk = desk;
    this.#ways = ways;
    this.#terms = new ConsentTerms(desk.words);
    onPress("accept", () => this.#pressAccept());
    onPress("refuse", () => this.#answer("offer.refuse"));
    onPress("add-and-accept", () => this.#pressAddCredit());
    onPress("make-account", () => this.#ways.makeAccount() && this.#answer("offer.making_account"));
  }

  render() {
    const offer = this.#offered();
    if (!offer) return this.#close();
    if (this.#desk.session.socket.status !== "open") this.#waitsUntil = 0;
    if (offer.id !== this.#shownId) this.#open(offer);
    this.#terms.render(offer);
    say(this.#accept, this.#desk.words(offer.kind === "stored_time" ? "offer.accept_stored" : "offer.accept"));
    const guest = Boolean(this.#desk.session.state?.you.guest);
    this.#showAccept(!guest && !offer.needs_credit);
    show(byId("add-and-accept"), !guest && Boolean(offer.needs_credit));
    show(byId("make-account"), guest);
    show(byId("consent-guest"), guest);
    this.#tellAccount(guest);
    this.#accept.disabled = this.#isInert(offer);
    const left = durationText(this.#desk.words, (offer.expires_at ?? 0) - this.#desk.session.clock.now());
    say(byId("consent-until"), this.#desk.words("offer.waits", { left }));
  }

  /** @param {boolean} visible */
  #showAccept(visible) {
    show(this.#accept, visible);
    this.#acceptSince = visible ? (this.#acceptSince ?? this.#desk.session.clock.now()) : null;
  }

  /** The server refused what was pressed. @param {string} text */
  refused(text) {
    this.#waitsUntil = 0;
    if (this.#shownId === null) return this.#desk.voice.notice(text, "error");
    this.#terms.refused(text);
  }

  /** @returns {Offer | null} the offer that waits for this person */
  #offered() {
    const { state, screen } = this.#desk.session;
    const offer = state?.you.role === "payer" && screen === "call" ? state.offer : null;
    return offer && isAsked(offer) ? offer : null;
  }

  /** @param {Offer} offer */
  #isInert(offer) {
    const now = this.#desk.session.clock.now();
    const isRead = this.#acceptSince !== null && now >= this.#acceptSince + INERT_MS;
    return now < this.#waitsUntil || !offer.can_accept || !isRead || now < (offer.inert_until ?? 0);
  }

  #pressAccept() {
    const offer = this.#offered();
    if (!offer || this.#isInert(offer)) return;
    this.#terms.pressed();
    const cap = this.#terms.capMinor || offer.price_minor;
    const sent = this.#desk.act("offer.accept", { offer: offer.id, cap_minor: cap });
    this.#waitsUntil = sent ? this.#desk.session.clock.now() + ANSWER_MS : 0;
    this.render();
  }

  /** An act has a price that must be reached; for minutes any sum that can be added is enough. */
  #pressAddCredit() {
    const offer = this.#offered();
    const missing = (offer?.price_minor ?? 0) - (this.#desk.session.state?.credit?.minor ?? 0);
    if (offer && this.#ways.addCredit(missing)) this.#answer("offer.adding_credit");
  }

  /** The account is there: the card is a member's now, from its beginning. @param {boolean} guest */
  #tellAccount(guest) {
    if (this.#wasGuest && !guest) {
      this.#desk.voice.announce(this.#desk.words("offer.account_made"));
      byId("consent-title").focus();
    }
    this.#wasGuest = guest;
  }

  /** @param {string} type */
  #answer(type) {
    const offer = this.#offered();
    if (offer) this.#desk.act(type, { offer: offer.id });
  }

  /** @param {Offer} offer */
  #open(offer) {
    this.#shownId = offer.id;
    this.#waitsUntil = 0;
    this.#acceptSince = null;
    this.#focusBefore = document.activeElement;
    this.#desk.voice.clearPassing();
    this.#terms.open(offer);
    show(this.#card, true);
    byId("consent-title").focus();
    this.#desk.sound("offer");
  }

  #close() {
    if (this.#shownId === null) return;
    const hadFocus = this.#card.contains(document.activeElement);
    this.#shownId = null;
    show(this.#card, false);
    if (!hadFocus) return;
    const before = this.#focusBefore;
    const back = before instanceof HTMLElement && before !== document.body && before.isConnected ? before : byId("mute");
    back.focus();
  }
}
