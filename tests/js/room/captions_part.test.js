import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { CaptionsPart } from "../../../calls/static/calls/room/page/captions_part.js";

/** As much of an element as the captions ask for. */
class FakeElement {
  hidden = true;
  textContent = "";
  disabled = false;
  children = [];
  classes = new Set();
  focused = 0;
  #listeners = {};

  classList = { toggle: (name, on) => (on ? this.classes.add(name) : this.classes.delete(name)) };

  get isSeen() {
    return !this.hidden && !this.classes.has("is-away");
  }

  get firstChild() {
    return this.children[0] ?? null;
  }

  get firstElementChild() {
    return this.children[0] && { remove: () => this.children.shift() };
  }

  addEventListener(type, action) {
    this.#listeners[type] = action;
  }

  press() {
    if (!this.disabled) this.#listeners.click();
  }

  type(key) {
    this.#listeners.keydown({ key });
  }

  append(...children) {
    this.children.push(...children);
  }

  replaceChildren(...children) {
    this.children = children;
  }

  setAttribute() {}

  contains() {
    return false;
  }

  focus() {
    this.focused += 1;
  }
}

class FakeButton extends FakeElement {}

let elements;
let captions;
let now;
let part;
let pressed;
let said;

const at = (id) => (elements[id] ??= id === "captions-allow" ? new FakeButton() : new FakeElement());

beforeEach(() => {
  elements = {};
  now = 10_000;
  pressed = [];
  globalThis.HTMLElement = FakeElement;
  globalThis.HTMLButtonElement = FakeButton;
  globalThis.document = { getElementById: at, createElement: () => new FakeElement(), activeElement: null };
  at("captions-lines").hidden = false;
  said = [];
  const note = (what) => () => pressed.push(what);
  captions = {
    isReady: true, isRead: true, own: "off", isAsked: false, others: "off", lines: [],
    allow: note("allow"), refuse: note("refuse"), ask: note("ask"), consider: note("consider"),
  };
  const desk = { session: { screen: "call", captions, devices: { speaks: true } }, words: (key) => key, voice: { announce: (text) => said.push(text) }, sound() {} };
  part = new CaptionsPart(desk, () => now);
});

function bobAsks() {
  Object.assign(captions, { own: "considered", isAsked: true });
  part.render();
}

function opens(card) {
  at(card).hidden = false;
  part.render();
}

function closes(card) {
  at(card).hidden = true;
  part.render();
}

for (const card of ["consent", "still-there"]) {
  test(`the question waits for as long as #${card} is open`, () => {
    opens(card);
    bobAsks();
    assert.equal(at("captions-question").hidden, true);
    assert.deepEqual(said, []);
    closes(card);
    assert.equal(at("captions-question").hidden, false);
    assert.deepEqual(said, ["captions.told_asked"]);
    assert.equal(at("captions-question-title").focused, 0);
    assert.deepEqual(pressed, []);
  });

  test(`a question that is open makes room for #${card}, unanswered, and is back after it`, () => {
    bobAsks();
    opens(card);
    assert.equal(at("captions-question").hidden, true);
    closes(card);
    assert.equal(at("captions-question").hidden, false);
    assert.deepEqual(pressed, []);
  });

  test(`the strip of lines moves nothing while #${card} is open`, () => {
    opens(card);
    captions.others = "on";
    captions.lines = [{ mine: false, text: "Hello", number: 1 }];
    part.render();
    assert.deepEqual([at("captions").hidden, at("captions-lines").children.length], [true, 0]);
    closes(card);
    assert.deepEqual([at("captions").hidden, at("captions-lines").children.length], [false, 1]);
  });

  test(`a strip that is over keeps its place, unseen, until #${card} is closed`, () => {
    Object.assign(captions, { own: "on", others: "on", lines: [{ mine: true, text: "Hello", number: 1 }] });
    part.render();
    opens(card);
    Object.assign(captions, { own: "off", others: "off", lines: [] });
    part.render();
    for (const id of ["captions", "captions-own", "captions-theirs", "captions-lines"]) {
      assert.deepEqual([id, at(id).hidden, at(id).isSeen], [id, false, false]);
    }
    closes(card);
    assert.deepEqual([at("captions").hidden, at("captions-lines").children.length], [true, 0]);
  });

  test(`a strip that has its place goes on while #${card} is open`, () => {
    Object.assign(captions, { others: "on", lines: [{ mine: false, text: "Hello", number: 1 }] });
    part.render();
    opens(card);
    captions.lines = [...captions.lines, { mine: false, text: "again", number: 2 }];
    part.render();
    assert.equal(at("captions-lines").children.length, 2);
    assert.ok(at("captions").isSeen);
  });
}

test("Allow does nothing in the question's first second, and nothing in the first one after it was held back", () => {
  bobAsks();
  at("captions-allow").press();
  assert.deepEqual(pressed, []);
  now += 999;
  part.render();
  assert.ok(at("captions-allow").disabled);
  now += 1;
  part.render();
  at("captions-allow").press();
  assert.deepEqual(pressed, ["allow"]);
  opens("consent");
  closes("consent");
  assert.ok(at("captions-allow").disabled);
});

test("asked while one considers it oneself, the question is another one, and waits a second anew", () => {
  captions.own = "considered";
  part.render();
  now += 5000;
  bobAsks();
  assert.deepEqual(said, ["captions.told_asked"]);
  assert.ok(at("captions-allow").disabled);
});

test("Escape on the question is a no", () => {
  bobAsks();
  at("captions-question").type("Escape");
  assert.deepEqual(pressed, ["refuse"]);
});

test("who asks for their own captions gets the focus into the question, once", () => {
  captions.own = "considered";
  part.render();
  opens("consent");
  closes("consent");
  assert.equal(at("captions-question-title").focused, 1);
});

test("while the other is not there the strip says that nothing is written down", () => {
  Object.assign(captions, { own: "on", isRead: false });
  part.render();
  assert.equal(at("captions-own-text").textContent, "captions.own_alone");
  captions.isRead = true;
  part.render();
  assert.equal(at("captions-own-text").textContent, "captions.own");
});
