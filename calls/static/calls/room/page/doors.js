/** Before and after the call: the lobby, the end, another window, no longer here. One card with one thing to do next. */

import { isOpen } from "../messages.js";
import { isPaid } from "../meter.js";
import { isGone, rang } from "../phase.js";
import { address } from "../../../marketplace/page/addresses.js";
import { byId, mark, onPress, say, show } from "./dom.js";

/** @import { RoomState } from "../messages.js" */
/** @import { Screen } from "../phase.js" */
/** @import { Session } from "../session.js" */
/** @import { Desk } from "./desk.js" */

export class Doors {
  #desk;
  #doors = [...document.querySelectorAll(".room-door")].filter((each) => each instanceof HTMLElement);
  #screen = "";
  #told = "";

  /** @param {Desk} desk */
  constructor(desk) {
    this.#desk = desk;
    onPress("join", () => desk.session.join());
    onPress("ring-again", () => desk.session.ring());
    onPress("take-over", () => desk.session.takeOver());
  }

  render() {
    const { screen, phase, state, socket } = this.#desk.session;
    const { words } = this.#desk;
    say(byId("call-state"), words(`phase.${phase}`));
    mark(byId("call-state"), "state", phase);
    show(byId("other-guest"), Boolean(state?.other.guest));
    show(byId("lobby-guest"), Boolean(state?.other.guest));
    if (state && screen === "lobby") this.#renderLobby(state);
    if (state && screen === "over") this.#renderOver(state);
    if (screen === "refused") say(byId("refused-text"), words(`page.${socket.status}`));
    show(byId("sign-in-again"), socket.status === "signed_out");
    if (screen !== this.#screen) this.#open(screen);
    this.#tell();
  }

  /** @param {RoomState} state */
  #renderLobby(state) {
    const { words, session } = this.#desk;
    const ringing = state.call?.state === "ringing" && !rang(state);
    const here = state.other.present ? "lobby_here" : "lobby_not_here";
    say(byId("lobby-title"), words(`page.${ringing ? "lobby_ringing" : here}`));
    const { reason } = session;
    const tells = !["", "finding", "waiting"].includes(reason); // those two the title says already
    show(byId("lobby-text"), tells);
    if (tells) say(byId("lobby-text"), words(`reason.${reason}`));
    show(byId("lobby-line"), Boolean(state.call?.line));
    say(byId("lobby-line"), state.call?.line ?? "");
    const agreed = state.offer?.state === "agreed" ? state.offer : null;
    show(byId("lobby-free"), !agreed);
    show(byId("lobby-agreed"), Boolean(agreed));
    say(byId("lobby-agreed"), agreed?.text.join(" ") ?? "");
  }

  /** @param {RoomState} state */
  #renderOver(state) {
    const { words, session } = this.#desk;
    const { call, meter, other } = state;
    const ended = call?.state === "ended" || isOpen(call);
    say(byId("over-title"), words(`page.${ended ? "over_title" : "over_title_none"}`));
    const text = overText(state, session);
    show(byId("over-text"), text !== "");
    say(byId("over-text"), text && words(text));
    show(byId("over-paid"), Boolean(meter.last) && ended);
    say(byId("over-paid"), meter.last?.text ?? "");
    show(byId("over-all"), Boolean(meter.last?.with_earlier_text) && ended);
    say(byId("over-all"), meter.last?.with_earlier_text ?? "");
    point("receipt", call?.receipt ?? null);
    show(byId("over-guest"), state.you.guest);
    const canRing = state.can_ring && !state.reported;
    show(byId("ring-again"), canRing);
    byId("ring-again").classList.toggle("button-quiet", Boolean(call?.receipt));
    const message = canRing && call?.state !== "ended" && other.slug;
    point("leave-message", message ? address(`/experts/${other.slug}/`) : null);
  }

  /** Focus goes along when what had it disappears. @param {Screen} screen */
  #open(screen) {
    const lost = this.#screen === "call" || this.#doors.some((door) => door.contains(document.activeElement));
    if (this.#screen) this.#desk.voice.clear();
    for (const door of this.#doors) show(door, door.dataset.for === screen);
    mark(byId("room"), "screen", screen);
    const heading = this.#doors.find((door) => door.dataset.for === screen)?.querySelector("h2");
    if (lost) (heading ?? byId("main")).focus();
    else if (isGone(screen)) this.#desk.voice.announce(heading?.textContent ?? "");
    this.#screen = screen;
  }

  /** What the call is doing, said once at each change. Whoever is no part of it any more has the card's own words. */
  #tell() {
    const { session, words, voice } = this.#desk;
    if (isGone(session.screen)) {
      this.#told = "";
      return;
    }
    const key = session.reason ? `reason.${session.reason}` : `phase.${session.phase}`;
    if (this.#told && key !== this.#told) {
      voice.takeBack(words(this.#told));
      const isHidden = session.phase === "reconnecting" && byId("face").hidden; // a picture stands where it would be read
      if (isHidden) voice.notice(words(key));
      else voice.announce(words(key));
    }
    this.#told = key;
  }
}

/**
 * What the title does not say. Hung up without a connection, the sum is still to come.
 * @param {RoomState} state @param {Session} session @returns {string} a key of the words, or nothing
 */
function overText({ meter, order }, { reason, socket }) {
  if (socket.status !== "open" && !meter.last) return "page.over_cut";
  if (reason !== "ended_hung_up") return `reason.${reason}`;
  return meter.last || order || isPaid(meter) ? "" : "page.not_charged"; // paid, and the sum is on its way
}

/** A link that leads somewhere, or none. @param {string} id @param {string | null} address */
function point(id, address) {
  const link = byId(id, HTMLAnchorElement);
  show(link, address !== null);
  if (address !== null && link.getAttribute("href") !== address) link.href = address;
}
