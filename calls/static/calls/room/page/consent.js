/** The payer's consent card. Nothing on it is pressed by accident: it is inert for its first second, and Escape does nothing. */

import { byId, onPress, say, show } from "./dom.js";
import { durationText } from "./words.js";

/** @import { CapChoice, Offer } from "../messages.js" */
/** @import { Session } from "../session.js" */
/** @import { Voice } from "./voice.js" */
/** @import { Words } from "./words.js" */

/**
 * @param {Session} session @param {Words} words @param {Voice} voice
 * @param {{addCredit: () => boolean, act: (type: string, fields: object) => boolean, chime: () => void}} does
 */
export function createConsent(session, words, voice, { addCredit, act, chime }) {
  const card = byId("consent");
  const select = byId("cap", HTMLSelectElement);
  const accept = byId("accept", HTMLButtonElement);
  /** @type {number | null} */
  let shownId = null;
  let choices = "";
  let lines = "";
  /** The button was pressed; the answer of the server is on its way. */
  let sent = false;
  /** @type {Element | null} */
  let focusBefore = null;

  /** @returns {Offer | null} the offer that waits for this person */
  function offered() {
    const offer = session.state?.you.role === "payer" && session.screen === "call" ? session.state.offer : null;
    return offer && ["open", "adding_credit"].includes(offer.state) ? offer : null;
  }

  onPress("accept", () => {
    const offer = offered();
    if (!offer || inert(offer)) return;
    sent = act("offer.accept", { offer: offer.id, cap_minor: Number(select.value) || offer.price_minor });
    render();
  });
  onPress("refuse", () => {
    const offer = offered();
    if (offer) act("offer.refuse", { offer: offer.id });
  });
  onPress("add-and-accept", () => {
    const offer = offered();
    if (offer && addCredit()) act("offer.adding_credit", { offer: offer.id });
  });

  /** @param {Offer} offer */
  function inert(offer) {
    return sent || !offer.can_accept || session.clock.now() < (offer.inert_until ?? 0);
  }

  /** @param {Offer} offer */
  function open(offer) {
    shownId = offer.id;
    choices = "";
    sent = false;
    focusBefore = document.activeElement;
    say(byId("consent-title"), offer.text[0]);
    show(card, true);
    byId("consent-title").focus();
    chime();
  }

  function close() {
    const hadFocus = card.contains(document.activeElement);
    shownId = null;
    show(card, false);
    show(byId("consent-error"), false);
    if (!hadFocus) return;
    const back = focusBefore instanceof HTMLElement && focusBefore !== document.body && focusBefore.isConnected;
    (back ? /** @type {HTMLElement} */ (focusBefore) : byId("mute")).focus();
  }

  /** The server's lines as they are: the consent is to them. The cap stands before the last. @param {Offer} offer */
  function renderText(offer) {
    const wanted = offer.text.join("\n");
    if (wanted === lines) return;
    lines = wanted;
    byId("consent-text").replaceChildren(...offer.text.slice(1, -1).map(paragraph));
    say(byId("consent-last"), offer.text.at(-1) ?? "");
  }

  /** Drawn anew only when it changed, so that a choice made stays made when credit comes. @param {Offer} offer */
  function renderCap(offer) {
    const cap = offer.cap ?? null;
    const perMinute = offer.kind === "per_minute" && cap !== null && !offer.needs_credit;
    show(byId("consent-cap"), perMinute);
    show(byId("consent-clipped"), perMinute && cap?.clipped_by === "credit");
    const wanted = JSON.stringify(cap);
    if (!cap || wanted === choices) return;
    const kept = select.value;
    choices = wanted;
    select.replaceChildren(...cap.choices.map(option));
    const stays = cap.choices.some(({ minor }) => String(minor) === kept);
    select.value = stays ? kept : String(cap.proposed_minor);
  }

  /** @param {CapChoice} choice */
  function option({ minor, text, time_ms }) {
    const time = time_ms === null ? "" : durationText(words, time_ms);
    return new Option(time ? words("offer.cap_choice", { sum: text, time }) : text, String(minor));
  }

  function render() {
    const offer = offered();
    if (!offer) {
      if (shownId !== null) close();
      return;
    }
    if (offer.id !== shownId) open(offer);
    renderText(offer);
    renderCap(offer);
    show(accept, !offer.needs_credit);
    show(byId("add-and-accept"), Boolean(offer.needs_credit));
    accept.disabled = inert(offer);
    const left = durationText(words, (offer.expires_at ?? 0) - session.clock.now());
    say(byId("consent-until"), words("offer.waits", { left }));
  }

  /** @param {string} text  the server refused what was pressed */
  function refused(text) {
    sent = false;
    if (shownId === null) return voice.notice(text, "error");
    say(byId("consent-error"), text);
    show(byId("consent-error"), true);
    voice.announce(text);
  }

  return { render, refused };
}

/** @param {string} line */
function paragraph(line) {
  const element = document.createElement("p");
  element.textContent = line;
  return element;
}
