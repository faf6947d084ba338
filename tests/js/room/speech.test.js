import assert from "node:assert/strict";
import { test } from "node:test";
import { Speech } from "../../../calls/static/calls/room/speech.js";

const report = (type, level, seconds) => [
  "x" + type, { id: "x" + type, type, kind: "audio", totalAudioEnergy: level * level * seconds, totalSamplesDuration: seconds },
];
const heard = (type, level) => {
  const speech = new Speech();
  for (const seconds of [1, 1.5]) speech.look(new Map([report(type, level, seconds)]));
  return speech.take();
};

test("a voice on either side is speech, a quiet room is not", () => {
  for (const type of ["inbound-rtp", "media-source"]) {
    assert.equal(heard(type, 0.1), true, type);
    assert.equal(heard(type, 0.02), true, type);
    assert.equal(heard(type, 0.003), false, type);
    assert.equal(heard(type, 0), false, type);
  }
  assert.equal(heard("outbound-rtp", 0.5), false);
});

test("asked once, it is told once", () => {
  const speech = new Speech();
  for (const seconds of [1, 1.5]) speech.look(new Map([report("inbound-rtp", 0.1, seconds)]));
  assert.deepEqual([speech.take(), speech.take()], [true, false]);
});

test("a loud past is no speech now", () => {
  const speech = new Speech();
  const at = (energy, seconds) => new Map([["a", { id: "a", type: "inbound-rtp", kind: "audio", totalAudioEnergy: energy, totalSamplesDuration: seconds }]]);
  speech.look(at(50, 100));
  speech.look(at(50, 101));
  speech.look(at(0, 1)); // a new connection counts from nothing
  assert.equal(speech.take(), false);
});

test("where the browser does not count our own sound its level does", () => {
  const speech = new Speech();
  speech.own(null);
  speech.own(0.01);
  assert.equal(speech.take(), false);
  speech.own(0.2);
  assert.equal(speech.take(), true);
});
