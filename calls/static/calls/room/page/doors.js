/** Before and after the call: the lobby, the end, another window, no longer here. One card with one thing to do next. */

import { isOpen } from "../messages.js";
import { byId, mark, onPress, say, show } from "./dom.js";

/** @import { RoomState } from "../messages.js" */
/** @import { Session } from "../session.js" */
/** @import { Voice } from "./voice.js" */
/** @import { Words } from "./words.js" */

/** @param {Session} session @param {Words} words @param {Voice} voice */
export function createDoors(session, words, voice) {
  const doors = [...document.querySelectorAll(".room-door")].filter((each) => each instanceof HTMLElement);
  let screenBefore = "";
  let phaseBefore = "";

  onPress("join", () => session.join());
  onPress("ring-again", () => session.ring());
  onPress("take-over", () => session.takeOver());

  /** @param {RoomState} state */
  function renderLobby(state) {
    const ringing = state.call?.state === "ringing" && state.you.role === "expert";
    const here = state.other.present ? "lobby_here" : "lobby_not_here";
    say(byId("lobby-title"), words(ringing ? "page.lobby_ringing" : `page.${here}`));
    const reason = session.reason === "finding" ? "" : session.reason;
    show(byId("lobby-text"), Boolean(reason) && reason !== "waiting");
    say(byId("lobby-text"), reason ? words(`reason.${reason}`) : "");
    show(byId("lobby-line"), Boolean(state.call?.line));
    say(byId("lobby-line"), state.call?.line ?? "");
  }

  /** @param {RoomState} state */
  function renderOver(state) {
    const { call, meter, other } = state;
    const ended = call?.state === "ended" || isOpen(call);
    say(byId("over-title"), words(ended ? "page.over_title" : "page.over_title_none"));
    show(byId("over-text"), session.reason !== "ended_hung_up");
    say(byId("over-text"), words(`reason.${session.reason}`));
    show(byId("over-paid"), Boolean(meter.last) && ended);
    say(byId("over-paid"), meter.last?.text ?? "");
    const receipt = byId("receipt", HTMLAnchorElement);
    show(receipt, Boolean(call?.receipt));
    if (call?.receipt) receipt.href = call.receipt;
    show(byId("ring-again"), state.can_ring);
    byId("ring-again").classList.toggle("button-quiet", Boolean(call?.receipt));
    const message = byId("leave-message", HTMLAnchorElement);
    show(message, state.can_ring && other.slug !== null && call?.state !== "ended");
    if (other.slug) message.href = `/experts/${other.slug}/`;
  }

  /** @param {string} screen */
  function open(screen) {
    if (screenBefore) voice.clear();
    for (const door of doors) show(door, door.dataset.for === screen);
    mark(byId("room"), "screen", screen);
    const heading = doors.find((door) => door.dataset.for === screen)?.querySelector("h2");
    // The page has just loaded, or the call went on: nobody lost their place.
    if (screenBefore === "call" && heading) heading.focus();
    screenBefore = screen;
  }

  function render() {
    const { screen, phase, state } = session;
    if (screen !== screenBefore) open(screen);
    say(byId("call-state"), words(`phase.${phase}`));
    mark(byId("call-state"), "state", phase);
    if (state && screen === "lobby") renderLobby(state);
    if (state && screen === "over") renderOver(state);
    if (screen === "refused") {
      say(byId("refused-text"), words(`page.${session.socket.status}`));
      show(byId("sign-in-again"), session.socket.status === "signed_out");
    }
    const heard = `${phase} ${session.reason}`;
    if (heard === phaseBefore) return;
    if (phaseBefore) voice.announce(session.reason ? words(`reason.${session.reason}`) : words(`phase.${phase}`));
    phaseBefore = heard;
  }

  return { render };
}
