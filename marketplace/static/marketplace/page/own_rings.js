/** What this window began, so that only it goes to the room: also after a reload, and from any other page of the site. Once. */

const [RANG, ASKED] = ["ringwise-rang", "ringwise-asked"];

/** @param {number} call */
export function keepRing(call) {
  sessionStorage.setItem(RANG, String(call));
}

export function keptRing() {
  return Number(sessionStorage.getItem(RANG)) || null;
}

/** @param {number} ask */
export function keepAsk(ask) {
  sessionStorage.setItem(ASKED, String(ask));
}

export function keptAsk() {
  return Number(sessionStorage.getItem(ASKED)) || null;
}

/** The room is there: whoever leaves it again is not led back by itself. */
export function forgetOwnRings() {
  for (const what of [RANG, ASKED]) sessionStorage.removeItem(what);
}
