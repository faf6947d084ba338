import assert from "node:assert/strict";
import { test } from "node:test";
import { phaseOf, reasonOf, screenOf } from "../../../calls/static/calls/room/phase.js";

/** Alice, in a live call that she joined and hears. */
function facts({ call = {}, present = true, role = "payer", ...changes } = {}) {
  const state = { you: { id: 3, role, joined: true }, other: { present }, call: { id: 17, state: "live", back: false, end_reason: "", ...call } };
  return { status: "open", state, joined: true, hearing: true, everHeard: true, ...changes };
}

function told(changes) {
  const all = facts(changes);
  return [screenOf(all), phaseOf(all), reasonOf(all)];
}

test("a call in one word, from the lobby to the end", () => {
  assert.deepEqual(told({ state: null, joined: false }), ["loading", "connecting", "no_call"]);
  assert.deepEqual(told({ call: { state: "answered" }, joined: false, everHeard: false, present: false }), ["lobby", "connecting", "waiting"]);
  assert.deepEqual(told({ call: { state: "ringing" }, everHeard: false }), ["call", "ringing", "ringing_out"]);
  assert.deepEqual(told({ call: { state: "ringing" }, role: "expert", joined: false }), ["lobby", "ringing", "ringing_in"]);
  assert.deepEqual(told({ everHeard: false, hearing: false }), ["call", "connecting", "finding"]);
  assert.deepEqual(told(), ["call", "connected", ""]);
  assert.deepEqual(told({ call: { state: "ended", end_reason: "hung_up" }, joined: false }), ["over", "ended", "ended_hung_up"]);
});

test("reconnecting says what was lost", () => {
  assert.deepEqual(told({ status: "waiting" }), ["call", "reconnecting", "server_lost"]);
  assert.deepEqual(told({ hearing: false }), ["call", "reconnecting", "sound_lost"]);
  assert.deepEqual(told({ present: false }), ["call", "reconnecting", "other_lost"]);
});

test("an expert who calls back rings, and the caller is rung", () => {
  const back = { state: "ringing", back: true };
  assert.deepEqual(told({ call: back, joined: false }), ["lobby", "ringing", "ringing_in"]);
  assert.deepEqual(told({ call: back, role: "expert", everHeard: false }), ["call", "ringing", "ringing_out"]);
  assert.equal(reasonOf(facts({ call: { state: "declined", back: true }, joined: false })), "declined_expert");
});

test("a call that came to nothing says why", () => {
  for (const state of ["declined", "missed", "cancelled"]) assert.deepEqual(told({ call: { state }, joined: false }), ["over", "ended", state]);
  assert.equal(reasonOf(facts({ call: { state: "missed" }, joined: false, role: "expert" })), "missed_expert");
  const none = facts({ joined: false });
  none.state.call = null;
  assert.deepEqual([screenOf(none), phaseOf(none), reasonOf(none)], ["over", "ended", "no_call"]);
});

test("another window, or no longer allowed here", () => {
  assert.equal(screenOf(facts({ status: "replaced" })), "replaced");
  assert.equal(screenOf(facts({ status: "signed_out" })), "refused");
  assert.equal(screenOf(facts({ status: "not_found" })), "refused");
});
