import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { FakeDialog, FakeElement, fakeDocument } from "../fake_document.js";
import "../one_static_folder.js";

const { TurnDialog } = await import("../../../marketplace/static/marketplace/page/turn.js");
const { tell } = await import("../../../marketplace/static/marketplace/page/dom.js");

/** Of which one is a notice at a time. */
class FakeBody extends FakeElement {
  append(notice) {
    page.notice = Object.assign(notice, { isConnected: true, remove });

    function remove() {
      notice.isConnected = false;
      if (page.notice === notice) page.notice = null;
    }
  }
}

let page;
let tone;
let turn;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  let seen = [];
  page = {
    title: "Bob Leroy", visibilityState: "visible", notice: null, body: new FakeBody(),
    querySelector: (what) => (what === ".passing-notice" ? page.notice : null),
    addEventListener: (what, action, how) => { if (what === "visibilitychange") seen.push({ action, how }); },
    becomes: (state) => {
      page.visibilityState = state;
      const told = seen;
      seen = seen.filter(({ how }) => !how?.once);
      for (const { action } of told) action();
    },
  };
  fakeDocument({ "turn-dialog": new FakeDialog() }, page);
  page = document;
  tone = new Set();
  tone.start = tone.add;
  tone.stop = tone.delete;
  const words = {
    free_now: "{name} is free now", turn_left: "{seconds} s more", turn_kept: "Kept.", turn_passed: "Passed, and kept.",
    turn_over: "Over.", waits_no_more: "Out of the line of {name}.",
  };
  turn = new TurnDialog({ serverNow: 0, send: () => true }, words, tone, () => true);
});

const wait = (more = {}) => ({ expert: { id: 5, name: "Bob", slug: "bob" }, line: "", place: 1, state: "free", turn_until: null, ...more });
const hers = wait({ turn_until: 60_000 });

test("a turn that begins behind another window sounds and stands in the title, until somebody looks", () => {
  page.becomes("hidden");
  turn.update([hers], []);
  assert.equal(page.title, "Bob is free now");
  assert.equal(tone.has("turn"), true);
  page.becomes("visible");
  assert.equal(tone.has("turn"), false);
  assert.equal(page.title, "Bob is free now");
});

test("before whoever looks it makes no sound, and begins to when they go to another window", () => {
  turn.update([hers], []);
  assert.equal(tone.has("turn"), false);
  page.becomes("hidden");
  assert.equal(tone.has("turn"), true);
});

test("the sound ends with the turn, and the title is the page's own again", () => {
  page.becomes("hidden");
  turn.update([hers], []);
  turn.update([wait()], []);
  assert.equal(tone.has("turn"), false);
  assert.equal(page.title, "Bob Leroy");
});

test("that it passed stands there until somebody has seen it", () => {
  page.becomes("hidden");
  turn.update([hers], []);
  turn.update([wait()], []);
  mock.timers.tick(60_000);
  assert.equal(page.notice.textContent, "Passed, and kept.");
  assert.equal(page.getElementById("announcer").textContent, "");
  page.becomes("visible");
  assert.equal(page.getElementById("announcer").textContent, "Passed, and kept.");
  mock.timers.tick(8000);
  assert.equal(page.notice, null);
});

test("each end of a turn, or of a place, has its words", () => {
  for (const [before, after, words] of [
    [hers, [wait({ state: "busy" })], "Kept."],
    [hers, [wait()], "Passed, and kept."],
    [hers, [], "Over."],
    [wait(), [], "Out of the line of Bob."],
  ]) {
    turn.update([before], []);
    turn.update(after, []);
    assert.equal(page.notice.textContent, words);
    turn.update([], [5]);
  }
});

test("what is newer takes the place of what nobody has seen", () => {
  page.becomes("hidden");
  tell("First.");
  tell("Second.");
  page.becomes("visible");
  assert.equal(page.getElementById("announcer").textContent, "Second.");
});
