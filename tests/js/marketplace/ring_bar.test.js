import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import "../one_static_folder.js";
import { FakeElement, fakeDocument } from "../fake_document.js";

const { RingBar } = await import("../../../marketplace/static/marketplace/page/ring_bar.js");

class Element extends FakeElement {
  className = "";

  toggleAttribute(name, on) {
    this[name] = on;
  }

  setAttribute(name, value) {
    this[name] = value;
  }

  append(child) {
    this.children.push(child);
  }

  remove() {}
}

const words = {
  ringing: "ringing {name}", answered: "{name} answered", answered_waits: "{name} waits", rings_for: "{seconds} s",
  missed: "{name} missed it", cost_nothing: "free", asking: "at {count} of {category}", ask_answered: "{name} has it",
  ask_missed_here: "nobody", ask_cancelled: "cancelled",
};
const BOB = { id: 5, name: "Bob", slug: "bob" };
const RING = { call: 17, back: false, expert: BOB, state: "ringing", agreed_rate: null, until: 45_000, room: null };
const ASK = { ask: 3, state: "ringing", category: "Money", rung: 7, ringing: 7, until: 45_000, expert: null, room: null, others: [] };
let elements;
let kept;
let sent;
let went;
let bar;
let body;
let ringBar;

beforeEach(() => {
  body = new Element();
  elements = fakeDocument({}, {
    getElementById: (id) => (elements[id] ??= new Element()), createElement: () => new Element(), querySelector: () => null, body,
    visibilityState: "visible",
  });
  globalThis.HTMLElement = globalThis.HTMLAnchorElement = Element;
  kept = { "ringwise-rang": "17", "ringwise-asked": "3" };
  globalThis.sessionStorage = { getItem: (name) => kept[name] ?? null };
  [went, sent] = [[], []];
  globalThis.location = { assign: (address) => went.push(address) };
  globalThis.setInterval = () => 1;
  globalThis.setTimeout = () => 1;
  bar = new Element();
  ringBar = new RingBar(bar, { serverNow: 0, send: (type, fields) => sent.push([type, fields]) }, words);
});

const says = () => [elements["ring-bar-state"].textContent, elements["ring-bar-left"].textContent];

test("who reads another page while it rings sees that it does, and can cancel it", () => {
  ringBar.update(RING, null);
  assert.deepEqual([bar.hidden, ...says()], [false, "ringing Bob", "45 s"]);
  elements["ring-bar-cancel"].press();
  assert.deepEqual(sent, [["ring.cancel", { call: 17 }]]);
});

test("the window that rang goes to the room when it is answered, whatever it shows by then", () => {
  ringBar.update(RING, null);
  ringBar.update({ ...RING, state: "answered", room: "mKbq" }, null);
  assert.deepEqual(went, ["/r/mKbq/"]);
});

test("another window, or one that was in the room, says that it was answered, and leads there only by a press", () => {
  kept = {};
  ringBar.update(RING, null);
  ringBar.update({ ...RING, state: "answered", room: "mKbq" }, null);
  assert.deepEqual([went, ...says()], [[], "Bob waits", ""]);
  assert.deepEqual([elements["ring-bar-go"].hidden, elements["ring-bar-go"].href], [false, "/r/mKbq/"]);
  assert.equal(elements["ring-bar-cancel"].hidden, true);
});

test("a ring that nobody answered is told once, and the bar goes", () => {
  ringBar.update(RING, null);
  ringBar.update({ ...RING, state: "missed" }, null);
  ringBar.update({ ...RING, state: "missed" }, null);
  assert.deepEqual([bar.hidden, body.children.map(({ textContent }) => textContent)], [true, ["Bob missed it free"]]);
});

test("a page that comes to a ring's end says nothing of it, nor of a ring that the page itself shows", () => {
  ringBar.update({ ...RING, state: "missed" }, null);
  ringBar.update(null, null);
  assert.deepEqual([bar.hidden, body.children], [true, []]);
});

test("an ask goes on in the same way", () => {
  ringBar.update(null, ASK);
  assert.equal(says()[0], "at 7 of Money");
  elements["ring-bar-cancel"].press();
  assert.deepEqual(sent, [["ask.cancel", { ask: 3 }]]);
  ringBar.update(null, { ...ASK, state: "answered", expert: BOB, room: "mKbq" });
  assert.deepEqual([says()[0], went], ["Bob has it", ["/r/mKbq/"]]);
});
