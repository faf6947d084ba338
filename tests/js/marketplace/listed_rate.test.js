import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { FakeButton, FakeDialog, FakeScript, FakeSelect, fakeDocument } from "../fake_document.js";
import "../one_static_folder.js";

const { ListedRate } = await import("../../../marketplace/static/marketplace/page/listed_rate.js");

const WORDS = { offer: { cap_choice: "{sum} ({time})" }, page: { minutes: "{minutes} min", seconds: "{seconds} s" } };

let elements;
let now;
let connected;
let asked;
let rung;
let listed;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  elements = fakeDocument({
    "listed-rate": new FakeDialog(), "consent-words": new FakeScript(WORDS), agree: new FakeButton(), cap: new FakeSelect(),
  });
  now = 10_000;
  connected = true;
  asked = 0;
  rung = [];
  const socket = { send: () => connected && Boolean((asked += 1)), get serverNow() { return now; } };
  const ring = (agreed) => connected && Boolean(rung.push(agreed));
  listed = new ListedRate({ socket, expert: 5, name: "Bob", offline: "No connection.", ring });
});

function told(terms, { expert = 5, ...changes } = {}) {
  const choices = [400, 1000].map((minor) => ({ minor, text: `€${minor / 100}`, time_ms: minor * 300 }));
  const card = {
    id: null, state: "open", kind: "per_minute", text: ["Call Bob", "€2.00 per minute", "By accepting"], can_accept: true,
    needs_credit: false, inert_until: now + 1000, cap: { proposed_minor: 1000, max_minor: 1000, clipped_by: null, choices }, ...changes,
  };
  listed.draw({ expert, terms, card });
}

function after(ms) {
  now += ms;
  mock.timers.tick(ms);
}

test("the card opens with the server's words, and is inert for its first second", () => {
  told("a");
  assert.equal(elements["listed-rate"].open, true);
  assert.equal(elements["consent-title"].textContent, "Call Bob");
  assert.equal(elements["consent-text"].children[0].textContent, "€2.00 per minute");
  assert.equal(elements.agree.disabled, true);
  after(1001);
  assert.equal(elements.agree.disabled, false);
});

test("what is agreed to is this card, up to the cap that was chosen; once", () => {
  told("a");
  after(1001);
  elements.cap.value = "400";
  elements.agree.press();
  elements.agree.press();
  assert.deepEqual(rung, [{ terms: "a", cap_minor: 400 }]);
  after(5001);
  assert.equal(elements.agree.disabled, false);
});

test("terms that changed are said, asked for again, and inert again; the choice stays", () => {
  told("a");
  after(1001);
  elements.cap.value = "400";
  elements.agree.press();
  assert.equal(listed.refused({ code: "ring.terms_changed", text: "Read them again." }), true);
  assert.equal(asked, 1);
  told("b", { text: ["Call Bob", "€3.00 per minute", "By accepting"] });
  assert.equal(elements["consent-error"].textContent, "Read them again.");
  assert.equal(elements["consent-error"].hidden, false);
  assert.equal(elements["consent-text"].children[0].textContent, "€3.00 per minute");
  assert.equal(elements.agree.disabled, true);
  after(1001);
  elements.agree.press();
  assert.deepEqual(rung.at(-1), { terms: "b", cap_minor: 400 });
});

test("pressed too soon for the server it is asked for again, and inert again", () => {
  told("a");
  after(1001);
  elements.agree.press();
  assert.equal(listed.refused({ code: "offer.too_soon", text: "Please read the offer first." }), true);
  assert.equal(asked, 1);
  told("b");
  assert.equal(elements.agree.disabled, true);
});

test("with too little credit there is a way to the wallet, and nothing to accept", () => {
  told("a", { can_accept: false, needs_credit: true });
  assert.equal(elements.agree.hidden, true);
  assert.equal(elements["agree-credit"].hidden, false);
});

test("a limit that allows nothing leaves it inert", () => {
  told("a", { can_accept: false });
  after(2000);
  assert.equal(elements.agree.disabled, true);
});

test("any other refusal closes it: the panel says why", () => {
  told("a");
  assert.equal(listed.refused({ code: "ring.busy", text: "Busy." }), false);
  assert.equal(elements["listed-rate"].open, false);
  assert.equal(listed.refused({ code: "offer.payments_blocked", text: "Paused." }), false);
});

test("without a connection it says so and can be pressed again", () => {
  told("a");
  after(1001);
  connected = false;
  elements.agree.press();
  assert.equal(elements["consent-error"].textContent, "No connection.");
  assert.equal(elements.agree.disabled, false);
  connected = true;
  elements.agree.press();
  assert.equal(elements["consent-error"].hidden, true); // so that the same words again are read aloud again
});

test("the card of somebody else is not shown", () => {
  told("a", { expert: 6 });
  assert.equal(elements["listed-rate"].open, false);
});
