/** The expert asks to switch to paid, and waits for the answer. */

import { estimateOf, rateOf, rateText } from "../asking.js";
import { byId, onPress, say, show } from "./dom.js";
import { durationText } from "./words.js";

/** @import { Listing, Offer } from "../messages.js" */
/** @import { Desk } from "./desk.js" */

const OPEN = ["open", "adding_credit"];

export class GoPaid {
  #desk;
  #form = byId("go-paid-form", HTMLFormElement);
  #rate = byId("rate", HTMLInputElement);
  #toggle = byId("go-paid");
  #isOpen = false;
  #drawn = "";
  /** The offer as it was told of last. @type {{id: number, state: string} | null} */
  #before = null;

  /** @param {Desk} desk */
  constructor(desk) {
    this.#desk = desk;
    onPress("go-paid", () => this.#setOpen(!this.#isOpen));
    onPress("go-paid-close", () => this.#setOpen(false));
    onPress("withdraw-offer", () => this.#withdraw());
    byId("listings").addEventListener("change", () => this.#choose());
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
    this.#renderAsking(state.offer);
    const possible = this.#isPossible();
    show(this.#form, this.#isOpen && possible);
    if (this.#isOpen && possible) this.#renderForm(state.listings ?? [], state.offer?.wait_until ?? 0);
  }

  /** The server, or a look at what was typed, refused the offer. @param {string} text */
  refused(text) {
    if (!this.#isOpen) return this.#desk.voice.notice(text, "error");
    say(byId("go-paid-error"), text);
    show(byId("go-paid-error"), true);
    this.#desk.voice.announce(text);
  }

  #isPossible() {
    const { state, screen } = this.#desk.session;
    return state?.you.role === "expert" && screen === "call" && state.call?.state === "live" && state.meter.state === "free";
  }

  /** @returns {Listing | undefined} */
  #chosen() {
    const value = new FormData(this.#form).get("listing");
    return this.#desk.session.state?.listings?.find(({ id }) => String(id) === value);
  }

  #choose() {
    const listing = this.#chosen();
    const perMinute = listing?.kind === "per_minute";
    show(byId("go-paid-terms"), perMinute);
    if (!listing || !perMinute) return;
    this.#rate.value = rateText(listing.rate_minor ?? 0);
    say(byId("rate-hint"), this.#desk.words("offer.rate_hint", { rate: listing.text }));
  }

  /** @param {boolean} open */
  #setOpen(open) {
    if (this.#isOpen === open) return;
    this.#isOpen = open;
    this.#toggle.setAttribute("aria-expanded", String(open));
    show(byId("go-paid-error"), false);
    const hadFocus = this.#form.contains(document.activeElement);
    this.render();
    if (open) byId("go-paid-title").focus();
    else if (hadFocus) this.#toggle.focus();
  }

  #send() {
    const listing = this.#chosen();
    if (!listing) return;
    const terms = listing.kind === "per_minute" ? this.#termsOf(listing) : {};
    if (!terms) return;
    show(byId("go-paid-error"), false);
    this.#desk.act("offer.send", { listing: listing.id, ...terms });
  }

  /** @param {Listing} listing @returns {{rate_minor: number, estimate?: [number, number]} | null} null: not as it should be */
  #termsOf(listing) {
    const minor = rateOf(this.#rate.value);
    const [low, high] = ["estimate-low", "estimate-high"].map((id) => byId(id, HTMLInputElement).value);
    const estimate = estimateOf(low, high);
    const badRate = minor === null || minor > (listing.rate_minor ?? 0);
    if (badRate) this.refused(this.#desk.words("offer.bad_rate", { rate: listing.text }));
    else if (estimate === "bad") this.refused(this.#desk.words("offer.bad_estimate"));
    else return estimate ? { rate_minor: minor, estimate } : { rate_minor: minor };
    return null;
  }

  #withdraw() {
    const offer = this.#desk.session.state?.offer;
    if (offer) this.#desk.act("offer.withdraw", { offer: offer.id });
  }

  /** Say what became of the offer, once; both people hear it here. @param {Offer | null} offer */
  #tell(offer) {
    const changed = offer && (offer.id !== this.#before?.id || offer.state !== this.#before.state);
    if (changed && OPEN.includes(offer.state)) this.#setOpen(false);
    else if (changed && this.#before) {
      const { words, voice, session } = this.#desk;
      voice.notice(words(`offer.${offer.state}_${session.state?.you.role}`));
    }
    this.#before = offer ? { id: offer.id, state: offer.state } : { id: 0, state: "" };
  }

  /** @param {Offer | null} offer */
  #renderAsking(offer) {
    const { words, session } = this.#desk;
    const mine = session.state?.you.role === "expert" && session.screen === "call";
    const open = mine && offer !== null && OPEN.includes(offer.state);
    show(byId("asking"), open);
    if (!offer || !open) return;
    say(byId("asking-title"), words(offer.state === "open" ? "offer.waiting" : "offer.adding_credit"));
    const left = durationText(words, (offer.expires_at ?? 0) - session.clock.now());
    say(byId("asking-until"), `${offer.rate_text} · ${words("offer.waits", { left })}`);
  }

  /** @param {Listing[]} listings @param {number} waitUntil  after two refusals */
  #renderForm(listings, waitUntil) {
    const { words, session } = this.#desk;
    const left = waitUntil - session.clock.now();
    const waits = left > 0;
    show(byId("go-paid-wait"), waits || !listings.length);
    show(byId("go-paid-fields"), !waits && listings.length > 0);
    const why = waits ? words("offer.wait_until", { left: durationText(words, left) }) : words("offer.needs_listing");
    say(byId("go-paid-wait"), why);
    this.#renderListings(listings);
  }

  /** @param {Listing[]} listings */
  #renderListings(listings) {
    const wanted = JSON.stringify(listings);
    if (wanted === this.#drawn) return;
    this.#drawn = wanted;
    const kept = this.#chosen()?.id ?? listings[0]?.id;
    byId("listings").replaceChildren(...listings.map((each) => radio(each, each.id === kept)));
    this.#choose();
  }
}

/** @param {Listing} listing @param {boolean} checked */
function radio(listing, checked) {
  const label = document.createElement("label");
  label.className = "check";
  const input = document.createElement("input");
  Object.assign(input, { type: "radio", name: "listing", value: String(listing.id), checked });
  const price = Object.assign(document.createElement("span"), { className: "soft sum", textContent: listing.text });
  const text = document.createElement("span");
  text.append(listing.title, " ", price);
  label.append(input, text);
  return label;
}
