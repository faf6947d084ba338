import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import "../one_static_folder.js";
import { FakeElement, fakeDocument } from "../fake_document.js";

const { AskPanel } = await import("../../../marketplace/static/marketplace/page/ask_now.js");

class Element extends FakeElement {
  dataset = {};
  focused = 0;

  toggleAttribute(name, on) {
    this[name] = on;
  }

  removeAttribute(name) {
    this[name] = false;
  }

  setAttribute(name) {
    this[name] = true;
  }

  append(child) {
    this.children.push(child);
  }

  focus() {
    this.focused += 1;
  }
}

const words = {
  offline: "offline", asking: "at {count} of {category}", asking_one: "at 1 of {category}", asking_left: "{count} ring",
  asking_left_one: "1 rings", ask_answered: "{name} answered", ask_answered_elsewhere: "{name} elsewhere",
  ask_cancelled: "cancelled", ask_missed: "nobody",
};
const RINGING = { ask: 3, state: "ringing", category: "Money", rung: 7, ringing: 7, until: 45_000, expert: null, room: null, others: [] };
const BOB = { id: 5, name: "Bob", slug: "bob" };
let elements;
let sent;
let isOpen;
let panel;
let form;
let went;

beforeEach(() => {
  elements = fakeDocument({}, { getElementById: (id) => (elements[id] ??= new Element()), createElement: () => new Element() });
  globalThis.HTMLElement = Element;
  globalThis.HTMLDetailsElement = Element;
  globalThis.FormData = class {
    get = (name) => ({ category: "money", line: " My lease ", max_rate: "200" })[name];
  };
  const kept = {};
  globalThis.sessionStorage = { setItem: (name, value) => (kept[name] = value), getItem: (name) => kept[name] ?? null };
  went = [];
  globalThis.location = { assign: (address) => went.push(address) };
  globalThis.setInterval = () => 1;
  [sent, isOpen] = [[], true];
  const socket = { serverNow: 0, send: (type, fields) => isOpen && Boolean(sent.push([type, fields])) };
  form = new Element();
  form.submit = null;
  form.addEventListener = (_, action) => (form.submit = () => action({ preventDefault() {} }));
  panel = new AskPanel(form, socket, words);
  panel.update(null);
});

test("one line, a category and a highest rate are sent", () => {
  form.submit();
  assert.deepEqual(sent, [["ask", { category: "money", line: "My lease", max_rate_minor: 200 }]]);
});

test("without a connection nothing is sent, and it is said", () => {
  isOpen = false;
  form.submit();
  assert.equal(elements["ask-told"].textContent, "offline");
  assert.equal(elements["ask-outcome"].hidden, false);
});

test("while it rings the form gives way to how many ring, and the window that asked has the focus there", () => {
  panel.asking({ ask: 3 });
  panel.update(RINGING);
  assert.equal(elements["ask-state"].textContent, "at 7 of Money");
  assert.equal(elements["ask-state"].focused, 1);
  assert.deepEqual([form.hidden, elements["ask-ringing"].hidden], [true, false]);
  panel.update({ ...RINGING, ringing: 1 });
  assert.equal(elements["ask-left"].textContent, "1 rings");
  assert.equal(elements["ask-state"].focused, 1);
});

test("another window shows it and takes the focus from nothing", () => {
  panel.update(RINGING);
  assert.equal(elements["ask-state"].textContent, "at 7 of Money");
  assert.equal(elements["ask-state"].focused, 0);
});

test("Cancel cancels what rings", () => {
  panel.update(RINGING);
  elements["ask-cancel"].press();
  assert.deepEqual(sent, [["ask.cancel", { ask: 3 }]]);
  panel.update({ ...RINGING, state: "cancelled" });
  assert.equal(elements["ask-told"].textContent, "cancelled");
  assert.equal(form.hidden, false);
});

test("the window that asked goes to the room of who answered first", () => {
  panel.asking({ ask: 3 });
  panel.update(RINGING);
  panel.update({ ...RINGING, state: "answered", expert: BOB, room: "code" });
  assert.equal(elements["ask-state"].textContent, "Bob answered");
  assert.deepEqual(went, ["/r/code/"]);
});

test("another window says so and stays", () => {
  panel.update(RINGING);
  panel.update({ ...RINGING, state: "answered", expert: BOB, room: "code" });
  assert.equal(elements["ask-state"].textContent, "Bob elsewhere");
  assert.deepEqual(went, []);
});

test("where nobody answers it leads to those for whom one can wait", () => {
  panel.update(RINGING);
  panel.update({ ...RINGING, state: "missed", ringing: 0, others: [BOB] });
  assert.equal(elements["ask-told"].textContent, "nobody");
  const [row] = elements["ask-others"].children;
  assert.deepEqual([row.children[0].href, row.children[0].textContent], ["/experts/bob/", "Bob"]);
});

test("an end that this window did not see begin is not told", () => {
  panel.update({ ...RINGING, state: "missed", others: [BOB] });
  assert.equal(elements["ask-told"], undefined);
});

test("what the server refuses is said", () => {
  panel.refused({ code: "ask.nobody", text: "Nobody is free", re: "ask" });
  assert.equal(elements["ask-told"].textContent, "Nobody is free");
});
