/** The entry module of every page: presence, ringing, and small manners. The only file of the page that starts anything. */

import { PageSocket } from "./pagesocket.js";
import { byId, pageData } from "./page/dom.js";
import { followUnsettled } from "./page/follow.js";
import { IncomingCalls } from "./page/incoming.js";
import { CallPanel } from "./page/outgoing.js";
import { showPresence, shownExperts } from "./page/presence.js";
import { proposeOwnZone, showLocalTimes } from "./page/times.js";

const { member, words } = pageData();

const socket = new PageSocket({
  url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/page/`,
  on: {
    open: () => incomingCalls?.reconnected(),
    presence: (change) => showPresence(change, words),
    rings: ({ incoming, answered, outgoing }) => {
      incomingCalls?.update(incoming, answered);
      callPanel?.update(outgoing);
    },
    ringing: (ring) => callPanel?.ringing(ring),
    answered: (ring) => incomingCalls?.answered(ring),
    error: (error) => {
      if (error.re === "ring.answer" || error.re === "ring.decline") {
        incomingCalls?.refused(error);
      } else if (error.re === "ring" || error.re === "ring.cancel") {
        callPanel?.refused(error);
      }
    },
  },
});

const panel = byId("call-panel");
const incomingCalls = member ? new IncomingCalls(socket, words) : null;
const callPanel = panel?.dataset.similar ? new CallPanel(panel, socket, words, watchShown) : null;

function watchShown() {
  socket.watch(shownExperts());
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

const menu = byId("site-menu", HTMLDetailsElement);

/** The menu closes by Escape, with focus back on its button, and by pressing anywhere else. */
function closeMenu(/** @type {Event} */ event) {
  if (menu?.open && (event instanceof KeyboardEvent ? event.key === "Escape" : !event.composedPath().includes(menu))) {
    menu.open = false;
    if (event instanceof KeyboardEvent) {
      menu.querySelector("summary")?.focus();
    }
  }
}

if (panel) {
  hideBarWhileSeen(panel);
}
watchShown();
socket.connect();
showLocalTimes();
proposeOwnZone();
followUnsettled();
addEventListener("online", () => socket.connect());
document.addEventListener("visibilitychange", comeBack);
document.addEventListener("click", closeMenu);
document.addEventListener("keydown", closeMenu);
/** @type {HTMLElement | null} */ (document.querySelector("[data-focus]"))?.focus();
