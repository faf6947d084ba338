/** The expert asks to switch to paid, and waits for the answer. */

import { byId, onPress, say, show } from "./dom.js";
import { durationText } from "./words.js";
import { estimateOf, rateOf, rateText } from "../asking.js";

/** @import { Listing, Offer } from "../messages.js" */
/** @import { Session } from "../session.js" */
/** @import { Voice } from "./voice.js" */
/** @import { Words } from "./words.js" */

const OPEN = ["open", "adding_credit"];

/**
 * @param {Session} session @param {Words} words @param {Voice} voice
 * @param {{act: (type: string, fields: object) => boolean}} does
 */
export function createGoPaid(session, words, voice, { act }) {
  const form = byId("go-paid-form", HTMLFormElement);
  const rate = byId("rate", HTMLInputElement);
  const toggle = byId("go-paid");
  let isOpen = false;
  let listed = "";
  /** @type {{id: number, state: string} | null} */
  let before = null;

  onPress("go-paid", () => setOpen(!isOpen));
  onPress("go-paid-close", () => setOpen(false));
  onPress("withdraw-offer", () => {
    const offer = session.state?.offer;
    if (offer) act("offer.withdraw", { offer: offer.id });
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") setOpen(false);
  });
  byId("listings").addEventListener("change", () => choose());

  /** @returns {Listing | undefined} */
  function chosen() {
    const value = new FormData(form).get("listing");
    return session.state?.listings?.find(({ id }) => String(id) === value);
  }

  function choose() {
    const listing = chosen();
    const perMinute = listing?.kind === "per_minute";
    show(byId("go-paid-terms"), perMinute);
    if (!listing || !perMinute) return;
    rate.value = rateText(listing.rate_minor ?? 0);
    say(byId("rate-hint"), words("offer.rate_hint", { rate: listing.text }));
  }

  /** @param {boolean} open */
  function setOpen(open) {
    if (isOpen === open) return;
    isOpen = open;
    toggle.setAttribute("aria-expanded", String(open));
    show(byId("go-paid-error"), false);
    const hadFocus = form.contains(document.activeElement);
    render();
    if (open) byId("go-paid-title").focus();
    else if (hadFocus) toggle.focus();
  }

  function send() {
    const listing = chosen();
    if (!listing) return;
    /** @type {Record<string, unknown>} */
    const offer = { listing: listing.id };
    if (listing.kind === "per_minute") {
      const minor = rateOf(rate.value);
      if (minor === null || minor > (listing.rate_minor ?? 0)) return refused(words("offer.bad_rate", { rate: listing.text }));
      const typed = [byId("estimate-low", HTMLInputElement).value, byId("estimate-high", HTMLInputElement).value];
      const estimate = estimateOf(typed[0], typed[1]);
      if (estimate === "bad") return refused(words("offer.bad_estimate"));
      offer.rate_minor = minor;
      if (estimate) offer.estimate = estimate;
    }
    show(byId("go-paid-error"), false);
    act("offer.send", offer);
  }

  /** @param {string} text */
  function refused(text) {
    if (!isOpen) return voice.notice(text, "error");
    say(byId("go-paid-error"), text);
    show(byId("go-paid-error"), true);
    voice.announce(text);
  }

  /** @param {Listing[]} listings */
  function renderListings(listings) {
    const wanted = JSON.stringify(listings);
    if (wanted === listed) return;
    listed = wanted;
    const kept = chosen()?.id ?? listings[0]?.id;
    byId("listings").replaceChildren(...listings.map((each) => radio(each, each.id === kept)));
    choose();
  }

  /** Tell what became of the offer, once. @param {Offer | null} offer */
  function tell(offer) {
    const now = offer && { id: offer.id, state: offer.state };
    const changed = now && (now.id !== before?.id || now.state !== before?.state);
    if (changed && OPEN.includes(now.state)) setOpen(false);
    if (changed && before && !OPEN.includes(now.state)) {
      voice.notice(words(`offer.${now.state}_${session.state?.you.role}`));
    }
    before = now ?? { id: 0, state: "" };
  }

  function renderAsking() {
    const { state, screen } = session;
    const offer = state?.you.role === "expert" && screen === "call" ? state.offer : null;
    const open = offer !== null && OPEN.includes(offer.state);
    show(byId("asking"), open);
    if (!offer || !open) return;
    say(byId("asking-title"), words(offer.state === "open" ? "offer.waiting" : "offer.adding_credit"));
    const left = durationText(words, (offer.expires_at ?? 0) - session.clock.now());
    say(byId("asking-until"), `${offer.rate_text} · ${words("offer.waits", { left })}`);
  }

  function render() {
    const { state, screen } = session;
    if (!state) return;
    tell(state.offer);
    renderAsking();
    const possible = state.you.role === "expert" && screen === "call" && state.call?.state === "live" && state.meter.state === "free";
    show(form, isOpen && possible);
    if (!isOpen || !possible) return;
    const left = (state.offer?.wait_until ?? 0) - session.clock.now();
    const listings = state.listings ?? [];
    show(byId("go-paid-wait"), left > 0 || !listings.length);
    say(byId("go-paid-wait"), left > 0 ? words("offer.wait_until", { left: durationText(words, left) }) : words("offer.needs_listing"));
    show(byId("go-paid-fields"), left <= 0 && listings.length > 0);
    renderListings(listings);
  }

  return { render, refused };
}

/** @param {Listing} listing @param {boolean} checked */
function radio(listing, checked) {
  const label = document.createElement("label");
  label.className = "check";
  const input = Object.assign(document.createElement("input"), { type: "radio", name: "listing", value: String(listing.id), checked });
  const text = document.createElement("span");
  const price = Object.assign(document.createElement("span"), { className: "soft sum", textContent: listing.text });
  text.append(listing.title, " ", price);
  label.append(input, text);
  return label;
}
