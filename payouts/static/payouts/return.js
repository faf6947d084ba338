/**
 * Back from Stripe's page. Paid and come from a call: tell the call's page at once, let the sum be read, then go back to
 * the call, whose page closes this small window. Not confirmed yet: look again.
 */

const READ_MS = 1500;
const LOOK_AGAIN_MS = 4000;

const outcome = document.getElementById("outcome");
const { state = "", return: back = "" } = outcome?.dataset ?? {};

if (state === "paid" && back) {
  new BroadcastChannel("ringwise.credit").postMessage("returned");
  setTimeout(() => location.replace(back), READ_MS);
} else if (state === "pending") {
  setTimeout(() => location.reload(), LOOK_AGAIN_MS);
}
