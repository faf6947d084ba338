import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { Voice } from "../../../calls/static/calls/room/page/voice.js";
import { FakeElement, fakeDocument } from "../fake_document.js";

/** What holds others, and lets go of them. */
class Box extends FakeElement {
  append(...more) {
    for (const each of more) each.remove = () => (this.children = this.children.filter((child) => child !== each));
    this.children = [...this.children, ...more];
  }

  toggleAttribute() {}

  get firstChild() {
    return this.children[0];
  }
}

let notices;
let voice;
const shown = () => notices.children.map(({ firstChild }) => firstChild.textContent);

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  ({ notices } = fakeDocument({ notices: new Box() }, { createElement: () => new Box() }));
  voice = new Voice("Dismiss");
});

afterEach(() => mock.timers.reset());

test("what is not so any more is taken back, and nothing else", () => {
  voice.notice("The sound does not arrive.");
  voice.notice("Your camera rests.");
  voice.takeBack("The sound does not arrive.");
  assert.deepEqual(shown(), ["Your camera rests."]);
});

test("what is said again stands once, as the newest", () => {
  for (const words of ["one", "two", "one"]) voice.notice(words);
  assert.deepEqual(shown(), ["two", "one"]);
});
