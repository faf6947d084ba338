import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

const { Ringtone } = await import("../../../marketplace/static/marketplace/ringtone.js");

let notes;

class FakeNode {
  gain = { linearRampToValueAtTime() {}, exponentialRampToValueAtTime() {} };

  connect(next) {
    return next;
  }

  start() {
    notes += 1;
  }

  stop() {}
}

beforeEach(() => {
  notes = 0;
  mock.timers.reset();
  mock.timers.enable({ apis: ["setInterval"] });
  globalThis.AudioContext = class {
    state = "running";
    currentTime = 0;
  };
  Object.assign(globalThis, { GainNode: FakeNode, OscillatorNode: FakeNode });
});

test("it sounds until nothing wants it any more", () => {
  const tone = new Ringtone();
  tone.start("turn");
  tone.start("ring");
  assert.equal(notes, 2);
  tone.stop("turn");
  mock.timers.tick(2000);
  assert.equal(notes, 4);
  tone.stop("ring");
  mock.timers.tick(10_000);
  assert.equal(notes, 4);
});

test("to stop what does not sound changes nothing", () => {
  const tone = new Ringtone();
  tone.stop("turn");
  tone.start("ring");
  tone.stop("turn");
  mock.timers.tick(2000);
  assert.equal(notes, 4);
});
