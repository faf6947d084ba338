/** The expert asks to switch to paid, and waits for the answer. */

import { choiceOf, estimateOf, priceOf, rateText } from "../asking.js";
import { isAsked } from "../messages.js";
import { byId, onPress, say, show } from "./dom.js";
import { durationText } from "./words.js";

/** @import { Listing, Offer, Preview, RoomState, StoredTime } from "../messages.js" */
/** @import { Desk } from "./desk.js" */

export class GoPaid {
  #desk;
  #form = byId("go-paid-form", HTMLFormElement);
  #rate = byId("rate", HTMLInputElement);
  #toggle = byId("go-paid");
  #isOpen = false;
  #drawn = "";
  /** The offer as it was told of last. @type {{id: number, state: string} | null} */
  #before = null;

  /** The order as it was told of last; null before the first state. @type {number | null} */
  #orderBefore = null;

  /** @param {Desk} desk */
  constructor(desk) {
    this.#desk = desk;
    onPress("go-paid", () => this.#setOpen(!this.#isOpen));
    onPress("go-paid-close", () => this.#setOpen(false));
    onPress("withdraw-offer", () => this.#withdraw());
    byId("listings").addEventListener("change", () => this.#choose());
    this.#rate.addEventListener("input", () => this.#askPreview());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#form.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#setOpen(false);
    });
  }

  render() {
    const { state } = this.#desk.session;
    if (!state) return;
    this.#tell(state.offer);
    this.#tellOrder(state.order?.id ?? 0, state.order?.text ?? "");
    this.#renderAsking(state.offer);
    const possible = this.#isPossible();
    show(this.#form, this.#isOpen && possible);
    if (this.#isOpen && possible) this.#renderForm(state, state.offer?.wait_until ?? 0);
  }

  /** The server, or a look at what was typed, refused the offer. @param {string} text */
  refused(text) {
    if (!this.#isOpen) return this.#desk.voice.notice(text, "error");
    say(byId("go-paid-error"), text);
    show(byId("go-paid-error"), true);
    this.#desk.voice.announce(text);
  }

  /** What the expert would get, as the server reckons it; null: of no price that could be asked. @param {Preview | null} told */
  previewed(told) {
    const listing = this.#chosen();
    const asked = listing && priceOf(listing, this.#rate.value);
    const minor = asked && ("rate_minor" in asked ? asked.rate_minor : asked.price_minor);
    const fits = told && told.listing === listing?.id && (told.rate_minor ?? told.price_minor) === minor;
    if (!told || fits) say(byId("you-get"), told?.text ?? "");
  }

  #isPossible() {
    const { state, screen } = this.#desk.session;
    return state?.you.role === "expert" && screen === "call" && state.call?.state === "live" && state.meter.state === "free";
  }

  /** @returns {Listing | undefined} */
  #chosen() {
    const choice = choiceOf(this.#value());
    if (!choice || !("listing" in choice)) return undefined;
    return this.#desk.session.state?.listings?.find(({ id }) => id === choice.listing);
  }

  #value() {
    return new FormData(this.#form).get("listing");
  }

  #choose() {
    const listing = this.#chosen();
    const perMinute = listing?.kind === "per_minute";
    show(byId("go-paid-terms"), Boolean(listing));
    show(byId("go-paid-estimate"), perMinute);
    if (!listing) return;
    const { words } = this.#desk;
    say(byId("rate-label"), words(perMinute ? "offer.rate" : "offer.price"));
    this.#rate.value = rateText((perMinute ? listing.rate_minor : listing.price_minor) ?? 0);
    say(byId("rate-hint"), perMinute ? words("offer.rate_hint", { rate: listing.text }) : words("offer.price_hint", { price: listing.text }));
    say(byId("you-get"), listing.earning_text);
  }

  #askPreview() {
    const listing = this.#chosen();
    const price = listing && priceOf(listing, this.#rate.value);
    if (!listing || !price) return this.previewed(null);
    this.#desk.session.send("offer.preview", { listing: listing.id, ...price });
  }

  /** @param {boolean} open */
  #setOpen(open) {
    if (this.#isOpen === open) return;
    this.#isOpen = open;
    this.#toggle.setAttribute("aria-expanded", String(open));
    show(byId("go-paid-error"), false);
    this.#mark("");
    const hadFocus = this.#form.contains(document.activeElement);
    this.render();
    if (open) byId("go-paid-title").focus();
    else if (hadFocus) this.#toggle.focus();
  }

  #send() {
    const choice = choiceOf(this.#value());
    if (choice && "stored" in choice) {
      this.#desk.act("offer.stored", choice);
      return;
    }
    const listing = this.#chosen();
    const terms = listing && this.#termsOf(listing);
    if (!listing || !terms) return;
    show(byId("go-paid-error"), false);
    this.#desk.act("offer.send", { listing: listing.id, ...terms });
  }

  /** @param {Listing} listing @returns {object | null} null: not as it should be */
  #termsOf(listing) {
    const price = priceOf(listing, this.#rate.value);
    const [low, high] = ["estimate-low", "estimate-high"].map((id) => byId(id, HTMLInputElement).value);
    const estimate = listing.kind === "per_minute" ? estimateOf(low, high) : null;
    const wrong = !price ? "rate-field" : estimate === "bad" ? "go-paid-estimate" : "";
    this.#mark(wrong);
    const perMinute = listing.kind === "per_minute";
    const told = { [perMinute ? "rate" : "price"]: listing.text };
    if (!price) this.refused(this.#desk.words(perMinute ? "offer.bad_rate" : "offer.bad_price", told));
    else if (estimate === "bad") this.refused(this.#desk.words("offer.bad_estimate"));
    else return estimate ? { ...price, estimate } : price;
    byId(wrong).querySelector("input")?.focus();
    return null;
  }

  /** The field that is to be looked at again; none takes the mark away. @param {string} wrong  its id */
  #mark(wrong) {
    for (const id of ["rate-field", "go-paid-estimate"]) {
      const field = byId(id);
      field.toggleAttribute("data-invalid", id === wrong);
      for (const input of field.querySelectorAll("input")) input.ariaInvalid = id === wrong ? "true" : null;
    }
  }

  #withdraw() {
    const offer = this.#desk.session.state?.offer;
    if (offer) this.#desk.act("offer.withdraw", { offer: offer.id });
  }

  /** Say what became of the offer, once; both people hear it here. @param {Offer | null} offer */
  #tell(offer) {
    const changed = offer && (offer.id !== this.#before?.id || offer.state !== this.#before.state);
    if (changed && isAsked(offer)) this.#setOpen(false);
    else if (changed && this.#before) {
      const { words, voice, session } = this.#desk;
      const told = ["agreed", "failed"].includes(offer.state) ? offer.text.join(" ") : words(`offer.${offer.state}_${session.state?.you.role}`);
      voice.notice(told, offer.state === "failed" ? "warning" : "info");
    }
    this.#before = offer ? { id: offer.id, state: offer.state } : { id: 0, state: "" };
  }

  /** Both hear of an act of work once it is ordered. @param {number} id @param {string} text */
  #tellOrder(id, text) {
    if (this.#orderBefore !== null && id > this.#orderBefore) this.#desk.voice.notice(text);
    this.#orderBefore = id;
  }

  /** @param {Offer | null} offer */
  #renderAsking(offer) {
    const { words, session } = this.#desk;
    const mine = session.state?.you.role === "expert" && session.screen === "call";
    const open = mine && isAsked(offer);
    show(byId("asking"), open);
    if (!offer || !open) return;
    say(byId("asking-title"), words(offer.state === "open" ? "offer.waiting" : `offer.${offer.state}`));
    const left = durationText(words, (offer.expires_at ?? 0) - session.clock.now());
    say(byId("asking-until"), `${offer.rate_text} · ${words("offer.waits", { left })}`);
  }

  /** @param {RoomState} state @param {number} waitUntil  after two refusals */
  #renderForm(state, waitUntil) {
    const { words, session } = this.#desk;
    const choices = [...(state.listings ?? []), ...(state.stored ?? [])];
    const left = waitUntil - session.clock.now();
    const waits = left > 0;
    show(byId("go-paid-wait"), waits || !choices.length || Boolean(state.calls_free || state.free_only));
    show(byId("go-paid-fields"), !waits && choices.length > 0);
    const nothing = words(`offer.${state.calls_free ? "calls_free" : state.free_only ? "free_only" : "needs_listing"}`);
    say(byId("go-paid-wait"), waits ? words("offer.wait_until", { left: durationText(words, left) }) : nothing);
    this.#renderChoices(choices);
  }

  /** @param {(Listing | StoredTime)[]} choices */
  #renderChoices(choices) {
    const wanted = JSON.stringify(choices);
    if (wanted === this.#drawn) return;
    this.#drawn = wanted;
    const values = choices.map(valueOf);
    const before = String(this.#value());
    const kept = values.includes(before) ? before : values[0];
    byId("listings").replaceChildren(...choices.map((each) => radio(each, valueOf(each) === kept)));
    this.#choose();
  }
}

/** @param {Listing | StoredTime} choice */
function valueOf(choice) {
  return "title" in choice ? String(choice.id) : `stored:${choice.id}`;
}

/** @param {Listing | StoredTime} choice @param {boolean} checked */
function radio(choice, checked) {
  const label = document.createElement("label");
  label.className = "check";
  const input = document.createElement("input");
  Object.assign(input, { type: "radio", name: "listing", value: valueOf(choice), checked });
  const price = Object.assign(document.createElement("span"), { className: "soft sum", textContent: choice.text });
  const text = document.createElement("span");
  text.append("title" in choice ? choice.title : choice.label, " ", price);
  label.append(input, text);
  return label;
}
