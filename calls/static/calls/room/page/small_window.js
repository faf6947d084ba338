/**
 * What is done without leaving the call: the wallet, or the sign-up form of a guest, opens in a small window and comes back to
 * this room's address with `?credit` or `?account`. That page takes no seat: it tells the call's page and closes itself.
 */

const CHANNEL = "ringwise.window";
const MARKS = /** @type {const} */ (["credit", "account"]);

/** @typedef {typeof MARKS[number]} Mark */

/** Is this page that small window, back? @returns {Mark | undefined} from where */
export function returnedFrom() {
  const asked = new URLSearchParams(location.search);
  return MARKS.find((mark) => asked.has(mark));
}

/** Tell the call's page, and go. Some browsers keep the window open: the page says that it can be closed. */
export function goBack() {
  new BroadcastChannel(CHANNEL).postMessage("returned");
  window.close();
}

/** Where the small window comes back to. @param {Mark} mark */
export function wayBack(mark) {
  return `${location.pathname}?${mark}=1`;
}

/** @param {() => void} onReturn  credit may have come, or an account */
export function createSmallWindow(onReturn) {
  /** @type {Window | null} */
  let opened = null;
  new BroadcastChannel(CHANNEL).onmessage = onReturn;
  window.addEventListener("focus", () => {
    if (opened) onReturn();
  });

  /** By a press only: browsers refuse other windows. @param {string} address @returns {boolean} whether it opened */
  return function open(address) {
    opened = window.open(address, "ringwise-credit", "popup,width=520,height=760");
    opened?.focus();
    return opened !== null;
  };
}
