import assert from "node:assert/strict";
import { test } from "node:test";
import { Quality, sampleOf } from "../../../calls/static/calls/room/quality.js";

/** Half a second each: 25 packets, of which a share is lost. */
function hear(quality, from, seconds, { lost = 0, farLost = 0, rttMs = 20 } = {}) {
  const steps = [];
  let { at, received, gone } = from;
  for (let look = 0; look < seconds * 2; look += 1) {
    at += 500;
    received += 25 * (1 - lost);
    gone += 25 * lost;
    quality.look(at, { received, lost: gone, farLost, rttMs });
    if (quality.step !== steps.at(-1)) steps.push(quality.step);
  }
  return { at, received, gone, steps };
}
const start = { at: 0, received: 0, gone: 0 };

test("nothing is said before there is enough to judge by", () => {
  const quality = new Quality();
  hear(quality, start, 4);
  assert.equal(quality.step, null);
  hear(quality, { at: 2000, received: 100, gone: 0 }, 5);
  assert.equal(quality.step, "good");
});

test("loss on either side, and a long way, each have their step", () => {
  for (const [what, step] of [
    [{ lost: 0.01 }, "good"], [{ lost: 0.05 }, "fair"], [{ lost: 0.15 }, "poor"],
    [{ farLost: 0.05 }, "fair"], [{ farLost: 0.15 }, "poor"],
    [{ rttMs: 350 }, "fair"], [{ rttMs: 900 }, "poor"],
  ]) {
    const quality = new Quality();
    hear(quality, start, 8, what);
    assert.equal(quality.step, step, JSON.stringify(what));
  }
});

test("worse is told at once, better once it has lasted", () => {
  const quality = new Quality();
  const well = hear(quality, start, 10);
  const bad = hear(quality, well, 6, { lost: 0.3 });
  assert.equal(quality.step, "poor");
  const soon = hear(quality, bad, 6);
  assert.equal(quality.step, "poor");
  hear(quality, soon, 10);
  assert.equal(quality.step, "good");
});

test("a connection that was made anew counts from nothing, and is no loss", () => {
  const quality = new Quality();
  const well = hear(quality, start, 10);
  hear(quality, { ...well, received: 0, gone: 0 }, 10);
  assert.equal(quality.step, "good");
});

test("only the sound is looked at", () => {
  const stats = new Map([
    ["a", { type: "inbound-rtp", kind: "audio", packetsReceived: 100, packetsLost: 5 }],
    ["v", { type: "inbound-rtp", kind: "video", packetsReceived: 900, packetsLost: 400 }],
    ["r", { type: "remote-inbound-rtp", kind: "audio", fractionLost: 0.02, roundTripTime: 0.12 }],
  ]);
  assert.deepEqual(sampleOf(stats), { received: 100, lost: 5, farLost: 0.02, rttMs: 120 });
});
