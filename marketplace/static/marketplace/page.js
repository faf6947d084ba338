/** The entry module of every page: presence, ringing, and small manners. The only file of the page that starts anything. */

import { PageSocket } from "./pagesocket.js";
import { socketAddress } from "./page/addresses.js";
import { AskPanel } from "./page/ask_now.js";
import { CallingBack } from "./page/calling_back.js";
import { byId, pageData, tell } from "./page/dom.js";
import { followUnsettled, lookAgain } from "./page/follow.js";
import { showHours } from "./page/hours.js";
import { IncomingCalls } from "./page/incoming.js";
import { CallPanel } from "./page/outgoing.js";
import { forgetOwnRings, keepRing } from "./page/own_rings.js";
import { showPresence } from "./page/presence.js";
import { RingBar } from "./page/ring_bar.js";
import { RoomAhead } from "./page/room_ahead.js";
import { suggest } from "./page/suggestions.js";
import { proposeOwnZone, showLocalTimes } from "./page/times.js";
import { TurnDialog } from "./page/turn.js";
import { WaitingPanel } from "./page/waiting_panel.js";
import { followShown } from "./page/watching.js";
import { Ringtone } from "./ringtone.js";

/** @import { Asking, Incoming, Outgoing, ServerError } from "./pagesocket.js" */

/** In a room the call comes first: what else may ring is heard of a moment later. */
const CALL_FIRST_MS = 3000;

const { member, words, room_style: roomStyle } = pageData();

const panel = byId("call-panel");
const shown = panel?.dataset.slug; // the link to a profile proves that its expert can be asked after

const socket = new PageSocket({
  url: socketAddress("page/", shown ? { profile: shown } : {}),
  on: {
    open: connected,
    presence: (changes) => changes.forEach((change) => showPresence(change, words)),
    rings: ({ incoming, answered, taken, outgoing, asking, waiting, awaited }) => {
      incomingCalls?.update(incoming, answered, taken);
      askPanel?.update(asking);
      callPanel?.update(outgoing);
      callingBack?.update(outgoing);
      ringBar?.update(isShownHere(outgoing) ? null : outgoing, askPanel ? null : asking);
      waitingPanel?.update(waiting);
      turn?.update(waiting, rungWith(incoming, outgoing));
      showAwaited(awaited);
      showCalls(incoming);
      fetchAhead(incoming, outgoing, asking);
    },
    terms: (told) => callPanel?.terms(told),
    ringing: rang,
    answered: (ring) => incomingCalls?.answered(ring),
    asking: (ask) => askPanel?.asking(ask),
    error: refused,
  },
});

const tone = new Ringtone();
const roomAhead = new RoomAhead(roomStyle);
const incomingCalls = member ? new IncomingCalls(socket, words, tone) : null;
const callPanel = panel?.dataset.similar ? new CallPanel(panel, socket, words) : null;
const waitingPanel = panel && callPanel ? new WaitingPanel(panel, socket, words, (text) => callPanel.tell(text)) : null;
const turn = member ? new TurnDialog(socket, words, tone, ringFromHere) : null;
const askForm = byId("ask-form", HTMLFormElement);
const askPanel = askForm ? new AskPanel(askForm, socket, words) : null;
const back = byId("calling-back");
const bar = byId("room") ? null : byId("ring-bar");
/** @type {number[]} the calls that rang here as it was told last */
let rung = [];
const callingBack = back ? new CallingBack(back, socket, words) : null;
const ringBar = bar ? new RingBar(bar, socket, words) : null;

/** The experts whom this member rings, or who call them back. @param {Incoming[]} incoming @param {Outgoing | null} outgoing */
function rungWith(incoming, outgoing) {
  const rung = [...incoming.filter((ring) => ring.back), ...(outgoing && !outgoing.back ? [outgoing] : [])];
  return rung.map(({ expert }) => expert.id);
}

/** Where the page has a place for it. @param {Outgoing | null} outgoing */
function isShownHere(outgoing) {
  return outgoing?.back ? callingBack !== null : outgoing?.expert.id === callPanel?.expert;
}

/** @param {boolean} isOpen */
function connected(isOpen) {
  incomingCalls?.reconnected();
  turn?.reconnected();
  callPanel?.connected(isOpen);
  askPanel?.connected(isOpen);
}

/** @param {number} expert @param {string} line @returns {boolean} false: not connected */
function ringFromHere(expert, line) {
  return callPanel?.expert === expert ? callPanel.ring(line) : socket.send("ring", { expert, line });
}

/** The server took this window's ring; it goes on where the expert's call panel is. @param {{call: number, room: string}} ring */
function rang(ring) {
  keepRing(ring.call);
  roomAhead.ringing(ring.call, ring.room);
  callPanel?.ringing(ring);
  callingBack?.ringing(ring);
  const there = turn?.ringing();
  if (there && there !== location.pathname) {
    location.assign(there);
  }
}

/** @param {ServerError} error */
function refused(error) {
  if (error.re === "ring.answer" || error.re === "ring.decline") {
    incomingCalls?.refused(error);
    if (byId("calls")) lookAgain(); // that it is over may have been told while this window was about to leave
  } else if (error.re === "ask" || error.re === "ask.cancel") {
    askPanel?.refused(error);
  } else if (error.re === "ring.back") {
    callingBack?.refused(error);
  } else if (error.re === "ring") {
    const expert = turn?.refused(error) ?? callPanel?.expert;
    if (expert === callPanel?.expert) callPanel?.refused(error);
  } else if (error.re === "ring.terms" || error.re === "ring.cancel") {
    callPanel?.refused(error);
  } else if (error.re?.startsWith("wait")) {
    tell(error.text);
  }
}

/** Who waits for this member stands on their own page, which asks for it anew. @param {number} awaited */
function showAwaited(awaited) {
  const list = byId("waiting-for-you");
  if (list && list.dataset.awaited !== String(awaited)) {
    list.dataset.awaited = String(awaited);
    lookAgain();
  }
}

/** So do their calls: who was away from the screen finds there who rang. Not where one is answered, which leads to the room:
 * the server would make a page that nobody sees while that one is waited for. @param {Incoming[]} incoming */
function showCalls(incoming) {
  const ringing = incoming.map(({ call }) => call);
  const isOver = rung.some((call) => !ringing.includes(call));
  if (byId("calls") && isOver && !incomingCalls?.leaves) lookAgain();
  rung = ringing;
}

/** The room of what rings here; of what this window rings itself the server says it first (`rang`).
 * @param {Incoming[]} incoming @param {Outgoing | null} outgoing @param {Asking | null} asking */
function fetchAhead([ring], outgoing, asking) {
  if (ring) roomAhead.ringing(ring.call, ring.room);
  else if (asking?.state === "ringing") roomAhead.ringing(asking.ask, null);
  else if (![outgoing?.state, asking?.state].some((state) => state === "ringing" || state === "answered")) roomAhead.over();
}

function comeBack() {
  if (document.visibilityState === "visible") {
    socket.connect();
  }
}

/** The bar that leads to the call panel goes while the panel itself can be seen. */
function hideBarWhileSeen(/** @type {HTMLElement} */ seen) {
  const bar = document.querySelector("[data-until-seen]");
  new IntersectionObserver(([entry]) => bar?.toggleAttribute("hidden", entry.isIntersecting), {
    rootMargin: "0px 0px -25% 0px",
  }).observe(seen);
}

/** A menu closes by Escape, with focus back on its button, and by pressing anywhere else. @param {Event} event */
function closeMenus(event) {
  for (const menu of /** @type {NodeListOf<HTMLDetailsElement>} */ (document.querySelectorAll("details.menu[open]"))) {
    if (event instanceof KeyboardEvent ? event.key === "Escape" : !event.composedPath().includes(menu)) {
      menu.open = false;
      if (event instanceof KeyboardEvent) menu.querySelector("summary")?.focus();
    }
  }
}

if (panel) {
  hideBarWhileSeen(panel);
}
followShown((experts) => socket.watch(experts));
if (byId("room")) {
  forgetOwnRings();
  setTimeout(() => socket.connect(), CALL_FIRST_MS);
} else socket.connect();
showLocalTimes();
showHours();
proposeOwnZone();
followUnsettled();
suggest();
document.addEventListener("htmx:afterSettle", () => showLocalTimes());
for (const failed of ["htmx:sendError", "htmx:responseError"]) document.addEventListener(failed, () => tell(words.not_loaded));
document.addEventListener("visibilitychange", () => showLocalTimes()); // what was tomorrow may be today
addEventListener("online", () => socket.connect());
document.addEventListener("visibilitychange", comeBack);
document.addEventListener("click", closeMenus);
document.addEventListener("keydown", closeMenus);
/** @type {HTMLElement | null} */ (document.querySelector("[data-focus]"))?.focus();
