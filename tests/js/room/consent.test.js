import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { ConsentCard } from "../../../calls/static/calls/room/page/consent.js";
import { FakeButton, FakeSelect, fakeDocument } from "../fake_document.js";

let elements;
let session;
let sent;
let now;
let card;
let passed;
let said;
let ways;

beforeEach(() => {
  elements = fakeDocument({ cap: new FakeSelect(), accept: new FakeButton() });
  now = 10_000;
  sent = [];
  session = { state: null, screen: "call", socket: { status: "open" }, clock: { now: () => now } };
  passed = 0;
  said = [];
  ways = { addCredit: () => true, makeAccount: () => true };
  const voice = { announce: (text) => said.push(text), notice() {}, clearPassing: () => (passed += 1) };
  const act = (type, fields) => Boolean(sent.push({ type, ...fields }));
  card = new ConsentCard({ session, words: (key) => key, voice, act, sound() {} }, ways);
});

function offered(id, { proposed = 1000, choices = [500, 1000, 1840], guest = false, ...changes } = {}) {
  const cap = {
    proposed_minor: proposed, max_minor: 1840, clipped_by: null,
    choices: choices.map((minor) => ({ minor, text: `€${minor / 100}`, time_ms: null })),
  };
  const offer = {
    id, state: "open", kind: "per_minute", text: ["Title", "line", "last"], can_accept: true, needs_credit: false,
    expires_at: 70_000, inert_until: 0, cap, ...changes,
  };
  session.state = { you: { role: "payer", guest }, offer };
  card.render();
}

/** A card that was read for a second. */
function read(id, how) {
  offered(id, how);
  now += 1000;
  card.render();
}

test("a card can be accepted once it was there to be read for a second, however late it came", () => {
  now = 40_000;
  offered(1, { inert_until: 11_000 });
  now += 999;
  card.render();
  elements.accept.press();
  assert.deepEqual([elements.accept.disabled, sent], [true, []]);
  now += 1;
  card.render();
  elements.accept.press();
  assert.equal(sent.length, 1);
});

test("so can one whose button for adding credit gives way to the one that pays", () => {
  read(1, { needs_credit: true, can_accept: false });
  offered(1);
  assert.equal(elements.accept.disabled, true);
  now += 1000;
  card.render();
  assert.equal(elements.accept.disabled, false);
});

test("each offer stands at the cap proposed for it, whatever was chosen for the one before", () => {
  offered(1);
  elements.cap.value = "500";
  session.state.offer = null;
  card.render();
  read(2, { proposed: 1840 });
  assert.equal(elements.cap.value, "1840");
  elements.accept.press();
  assert.deepEqual(sent, [{ type: "offer.accept", offer: 2, cap_minor: 1840 }]);
});

test("what was said of the offer before passes as the card opens, and once only", () => {
  offered(1);
  offered(1);
  assert.equal(passed, 1);
  offered(2);
  assert.equal(passed, 2);
});

test("so does one that replaces it without a pause", () => {
  offered(1);
  elements.cap.value = "500";
  offered(2);
  assert.equal(elements.cap.value, "1000");
});

test("a choice made stays made when credit comes", () => {
  offered(1);
  elements.cap.value = "500";
  offered(1, { choices: [500, 1000, 2840] });
  assert.equal(elements.cap.value, "500");
});

test("pressed once it is inert until the server has answered", () => {
  read(1);
  elements.accept.press();
  card.render();
  assert.equal(elements.accept.disabled, true);
  card.refused("Too many messages at once.");
  card.render();
  assert.equal(elements.accept.disabled, false);
  assert.equal(elements["consent-error"].textContent, "Too many messages at once.");
  elements.accept.press();
  assert.equal(elements["consent-error"].hidden, true); // so that the same words again are read aloud again
});

test("a press that the server let fall without a word can be made again", () => {
  read(1);
  elements.accept.press();
  now += 5000;
  card.render();
  assert.equal(elements.accept.disabled, false);
});

test("a guest makes an account first, and the offer waits once the window is there", () => {
  offered(1, { guest: true, needs_credit: true, can_accept: false });
  const shown = ["accept", "add-and-accept", "make-account", "refuse"].filter((id) => elements[id]?.hidden === false);
  assert.deepEqual(shown, ["make-account"]); // *Refuse* is never hidden by the card
  ways.makeAccount = () => false;
  elements["make-account"].press();
  assert.deepEqual(sent, []);
  ways.makeAccount = () => true;
  elements["make-account"].press();
  assert.deepEqual(sent, [{ type: "offer.making_account", offer: 1 }]);
});

test("with the account the same card is a member's, and says so once", () => {
  offered(1, { guest: true, needs_credit: true, can_accept: false });
  offered(1, { state: "adding_credit", needs_credit: true, can_accept: false });
  card.render();
  assert.equal(elements["make-account"].hidden, true);
  assert.equal(elements["add-and-accept"].hidden, false);
  assert.deepEqual(said, ["offer.account_made"]);
});
