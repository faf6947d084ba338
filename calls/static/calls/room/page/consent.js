/** The payer's consent card. Nothing on it is pressed by accident: it is inert for its first second, and Escape does nothing. */

import { byId, onPress, say, show } from "./dom.js";
import { durationText } from "./words.js";

const ANSWER_MS = 5000; // how long the server's answer is waited for before *Accept and pay* can be pressed again

/** @import { CapChoice, Offer } from "../messages.js" */
/** @import { Desk } from "./desk.js" */

export class ConsentCard {
  #desk;
  #addCredit;
  #card = byId("consent");
  #select = byId("cap", HTMLSelectElement);
  #accept = byId("accept", HTMLButtonElement);
  /** @type {number | null} */
  #shownId = null;
  #drawnCap = "";
  #drawnText = "";
  /** *Accept and pay* was pressed: until then the answer of the server may be on its way. */
  #waitsUntil = 0;
  /** @type {Element | null} */
  #focusBefore = null;

  /** @param {Desk} desk @param {(missing: number) => boolean} addCredit */
  constructor(desk, addCredit) {
    this.#desk = desk;
    this.#addCredit = addCredit;
    onPress("accept", () => this.#pressAccept());
    onPress("refuse", () => this.#answer("offer.refuse"));
    onPress("add-and-accept", () => this.#pressAddCredit());
  }

  render() {
    const offer = this.#offered();
    if (!offer) return this.#close();
    if (this.#desk.session.socket.status !== "open") this.#waitsUntil = 0;
    if (offer.id !== this.#shownId) this.#open(offer);
    this.#renderText(offer);
    this.#renderCap(offer);
    show(this.#accept, !offer.needs_credit);
    show(byId("add-and-accept"), Boolean(offer.needs_credit));
    this.#accept.disabled = this.#isInert(offer);
    const left = durationText(this.#desk.words, (offer.expires_at ?? 0) - this.#desk.session.clock.now());
    say(byId("consent-until"), this.#desk.words("offer.waits", { left }));
  }

  /** The server refused what was pressed. @param {string} text */
  refused(text) {
    this.#waitsUntil = 0;
    if (this.#shownId === null) return this.#desk.voice.notice(text, "error");
    say(byId("consent-error"), text);
    show(byId("consent-error"), true);
    this.#desk.voice.announce(text);
  }

  /** @returns {Offer | null} the offer that waits for this person */
  #offered() {
    const { state, screen } = this.#desk.session;
    const offer = state?.you.role === "payer" && screen === "call" ? state.offer : null;
    return offer && ["open", "adding_credit"].includes(offer.state) ? offer : null;
  }

  /** @param {Offer} offer */
  #isInert(offer) {
    const now = this.#desk.session.clock.now();
    return now < this.#waitsUntil || !offer.can_accept || now < (offer.inert_until ?? 0);
  }

  #pressAccept() {
    const offer = this.#offered();
    if (!offer || this.#isInert(offer)) return;
    const cap = Number(this.#select.value) || offer.price_minor;
    const sent = this.#desk.act("offer.accept", { offer: offer.id, cap_minor: cap });
    this.#waitsUntil = sent ? this.#desk.session.clock.now() + ANSWER_MS : 0;
    this.render();
  }

  /** An act has a price that must be reached; for minutes any sum that can be added is enough. */
  #pressAddCredit() {
    const offer = this.#offered();
    const missing = (offer?.price_minor ?? 0) - (this.#desk.session.state?.credit?.minor ?? 0);
    if (offer && this.#addCredit(missing)) this.#answer("offer.adding_credit");
  }

  /** @param {string} type */
  #answer(type) {
    const offer = this.#offered();
    if (offer) this.#desk.act(type, { offer: offer.id });
  }

  /** @param {Offer} offer */
  #open(offer) {
    this.#shownId = offer.id;
    this.#drawnCap = this.#drawnText = "";
    this.#select.replaceChildren(); // what was chosen for another offer
    this.#waitsUntil = 0;
    this.#focusBefore = document.activeElement;
    this.#desk.voice.clearPassing();
    show(byId("consent-error"), false);
    say(byId("consent-title"), offer.text[0]);
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

  /** The server's lines as they are: the consent is to them. The cap stands before the last. @param {Offer} offer */
  #renderText(offer) {
    const wanted = offer.text.join("\n");
    if (wanted === this.#drawnText) return;
    this.#drawnText = wanted;
    byId("consent-text").replaceChildren(...offer.text.slice(1, -1).map(paragraph));
    say(byId("consent-last"), offer.text.at(-1) ?? "");
    say(byId("consent-list-price"), offer.list_text ?? "");
    show(byId("consent-list"), Boolean(offer.list_text));
    say(this.#accept, this.#desk.words(offer.kind === "stored_time" ? "offer.accept_stored" : "offer.accept"));
  }

  /** Drawn anew only when it changed, so that a choice made stays made when credit comes. @param {Offer} offer */
  #renderCap(offer) {
    const cap = offer.cap ?? null;
    const perMinute = offer.kind === "per_minute" && cap !== null && !offer.needs_credit;
    show(byId("consent-cap"), perMinute);
    show(byId("consent-clipped"), perMinute && cap?.clipped_by === "credit");
    show(byId("consent-clipped-limit"), perMinute && cap?.clipped_by === "limit");
    const wanted = JSON.stringify(cap);
    if (!cap || wanted === this.#drawnCap) return;
    const kept = this.#select.value;
    this.#drawnCap = wanted;
    this.#select.replaceChildren(...cap.choices.map((choice) => this.#option(choice)));
    const stays = cap.choices.some(({ minor }) => String(minor) === kept);
    this.#select.value = stays ? kept : String(cap.proposed_minor);
  }

  /** @param {CapChoice} choice */
  #option({ minor, text, time_ms }) {
    const { words } = this.#desk;
    const label = time_ms === null ? text : words("offer.cap_choice", { sum: text, time: durationText(words, time_ms) });
    return new Option(label, String(minor));
  }
}

/** @param {string} line */
function paragraph(line) {
  const element = document.createElement("p");
  element.textContent = line;
  return element;
}
