/**
 * What is on its way is followed without reloading: while the page shows something `data-unsettled`, it is fetched again and
 * its `data-follow` parts are put in place of the old ones, but for a part in which the visitor is just typing.
 */

import { showLocalTimes } from "./times.js";

const SOON_MS = 1000;
const SLOWER = 1.3;
const RARELY_MS = 30_000;

let wait = SOON_MS;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

export function followUnsettled() {
  clearTimeout(timer);
  if (document.querySelector("[data-unsettled]")) timer = setTimeout(look, wait);
}

/** Something that this page shows has changed: at once, and then as often as at the beginning. */
export async function lookAgain() {
  await looksDifferent();
  wait = SOON_MS;
  followUnsettled();
}

async function look() {
  if (document.visibilityState === "visible") {
    wait = (await looksDifferent()) ? SOON_MS : Math.min(wait * SLOWER, RARELY_MS);
  }
  followUnsettled();
}

/** Whether anything changed. No answer, or the sign-in page, changes nothing. */
async function looksDifferent() {
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok || answer.redirected) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const said = [...page.querySelectorAll("[data-unsettled], [data-settled]")].filter(isNews).map(words);
  for (const old of document.querySelectorAll("[data-follow]")) {
    const fresh = page.getElementById(old.id);
    if (fresh && !old.contains(document.activeElement)) old.replaceWith(fresh);
  }
  showLocalTimes();
  const announcer = document.getElementById("announcer");
  if (announcer && said.length) announcer.textContent = said.join(" ");
  return said.length > 0;
}

/** @param {Element} row  of the fetched page */
function isNews(row) {
  const old = document.getElementById(row.id);
  return old?.getAttribute("data-state") !== row.getAttribute("data-state");
}

/** @param {Element} row */
function words(row) {
  const told = row.querySelector("[data-said]") ?? row;
  return [...told.children].map((part) => part.textContent ?? "").join(" ").replaceAll(/\s+/g, " ").trim();
}
