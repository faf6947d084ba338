/** What is agreed to, on a card: the server's lines as they are, and the choice of the cap. In a call, and before one rings. */

import { byId, say, show } from "./dom.js";
import { durationText } from "./words.js";

/** @import { CapChoice, Offer } from "../messages.js" */
/** @import { Words } from "./words.js" */
/** @typedef {Omit<Offer, "id">} Terms */

export class ConsentTerms {
  #words;
  #select = byId("cap", HTMLSelectElement);
  #drawnCap = "";
  #drawnText = "";

  /** @param {Words} words */
  constructor(words) {
    this.#words = words;
  }

  /** In minor units; 0: there is none to choose. */
  get capMinor() {
    return Number(this.#select.value);
  }

  /** Another offer: what was chosen for the one before is forgotten. @param {Terms} offer */
  open(offer) {
    this.#drawnCap = this.#drawnText = "";
    this.#select.replaceChildren();
    this.pressed();
    say(byId("consent-title"), offer.text[0]);
  }

  /** @param {Terms} offer */
  render(offer) {
    this.#renderText(offer);
    this.#renderCap(offer);
  }

  /** What was wrong before is no news any more; the same words again are. */
  pressed() {
    show(byId("consent-error"), false);
    say(byId("consent-error"), "");
  }

  /** An alert: read aloud by itself, in a dialog too, where nothing outside of it is. @param {string} text */
  refused(text) {
    say(byId("consent-error"), text);
    show(byId("consent-error"), true);
    byId("consent-error").scrollIntoView({ block: "nearest" }); // the buttons stay in sight, and lie over what is lower
  }

  /** The consent is to these lines. The cap stands before the last. @param {Terms} offer */
  #renderText(offer) {
    const wanted = offer.text.join("\n");
    if (wanted === this.#drawnText) return;
    this.#drawnText = wanted;
    byId("consent-text").replaceChildren(...offer.text.slice(1, -1).map(paragraph));
    say(byId("consent-last"), offer.text.at(-1) ?? "");
    say(byId("consent-list-price"), offer.list_text ?? "");
    show(byId("consent-list"), Boolean(offer.list_text));
  }

  /** Drawn anew only when it changed, so that a choice made stays made when credit comes. @param {Terms} offer */
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
    const words = this.#words;
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
