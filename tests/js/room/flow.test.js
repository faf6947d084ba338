import assert from "node:assert/strict";
import { test } from "node:test";
import { Flow, isRelayed } from "../../../calls/static/calls/room/flow.js";

/** Looks every half second from `from` to `to`; gives the alarms as [second, count]. */
function watch(flow, from, to, received, frames = 0) {
  const alarms = [];
  for (let at = from; at <= to; at += 500) {
    const alarm = flow.look(at, { received: received(at), frames });
    if (alarm) alarms.push([at / 1000, alarm]);
  }
  return alarms;
}

test("while packets come there is no alarm", () => {
  const flow = new Flow();
  assert.deepEqual(watch(flow, 0, 60_000, (at) => at / 20), []);
  assert.equal(flow.hearing, true);
});

test("a second and a half of silence is a loss, and the alarms grow rarer", () => {
  const flow = new Flow();
  watch(flow, 0, 10_000, (at) => at);
  assert.deepEqual(watch(flow, 10_500, 30_000, () => 10_000), [[11.5, 1], [14.5, 2], [18.5, 3], [26.5, 4]]);
  assert.equal(flow.hearing, false);
  assert.equal(flow.everHeard, true);
});

test("when sound comes back the next loss is the first again", () => {
  const flow = new Flow();
  watch(flow, 0, 5000, (at) => at);
  watch(flow, 5500, 15_000, () => 5000);
  watch(flow, 15_500, 20_000, (at) => at);
  assert.equal(flow.hearing, true);
  assert.deepEqual(watch(flow, 20_500, 21_500, () => 20_000), [[21.5, 1]]);
});

test("a new connection is given time to begin", () => {
  const flow = new Flow();
  assert.deepEqual(watch(flow, 0, 7000, () => 0), [[6, 1]]);
});

test("a computer that slept is not a connection that was lost", () => {
  const flow = new Flow();
  watch(flow, 0, 5000, (at) => at);
  assert.equal(flow.look(600_000, { received: 5000, frames: 0 }), 0);
  assert.equal(flow.look(600_500, { received: 5050, frames: 0 }), 0);
  assert.equal(flow.hearing, true);
});

test("a picture is seen while frames come", () => {
  const flow = new Flow();
  flow.look(0, { received: 1, frames: 1 });
  flow.look(500, { received: 2, frames: 12 });
  assert.equal(flow.seeing, true);
  watch(flow, 1000, 2000, (at) => at, 12);
  assert.equal(flow.seeing, false);
});

test("the pair in use tells whether a relay carries the call, as each browser marks it", () => {
  const reports = (pair, transport) => new Map([
    ["old", { id: "old", type: "candidate-pair", localCandidateId: "h", remoteCandidateId: "h" }],
    ["pair", { id: "pair", type: "candidate-pair", localCandidateId: "r", remoteCandidateId: "h", ...pair }],
    ["h", { id: "h", type: "local-candidate", candidateType: "host" }],
    ["r", { id: "r", type: "local-candidate", candidateType: "relay" }],
    ...transport,
  ]);
  const chosen = (id) => [["t", { id: "t", type: "transport", selectedCandidatePairId: id }]];
  assert.equal(isRelayed(reports({}, chosen("pair"))), true);
  assert.equal(isRelayed(reports({}, chosen("old"))), false);
  assert.equal(isRelayed(reports({ selected: true }, [])), true);
  assert.equal(isRelayed(reports({}, [])), null);
});
