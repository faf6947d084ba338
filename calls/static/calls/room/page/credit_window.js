/**
 * Adding credit without leaving the call: the wallet opens in a small window and comes back to this room's address with
 * `?credit`. That page takes no seat: it tells the call's page and closes itself.
 */

const CHANNEL = "ringwise.credit";
const MARK = "credit";

/** Is this page that small window, back from paying? */
export function isReturned() {
  return new URLSearchParams(location.search).has(MARK);
}

/** Tell the call's page, and go. Some browsers keep the window open: the page says that it can be closed. */
export function goBack() {
  new BroadcastChannel(CHANNEL).postMessage("returned");
  window.close();
}

/** @param {string} walletPath @param {() => void} onReturn  credit may have come */
export function createCreditWindow(walletPath, onReturn) {
  /** @type {Window | null} */
  let opened = null;
  new BroadcastChannel(CHANNEL).onmessage = onReturn;
  window.addEventListener("focus", () => {
    if (opened) onReturn();
  });

  /**
   * By a press only: browsers refuse other windows. The wallet proposes `missing` cents where that is more than it would.
   * @param {number} missing @returns {boolean} whether it opened
   */
  function open(missing) {
    const asked = new URLSearchParams({ return: `${location.pathname}?${MARK}=1`, missing: String(Math.max(0, missing)) });
    opened = window.open(`${walletPath}?${asked}`, "ringwise-credit", "popup,width=520,height=760");
    opened?.focus();
    return opened !== null;
  }

  return { open };
}
