import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Network } from "../../../calls/static/calls/room/network.js";
import { FakeStorage, settle } from "./world.js";

const STUN = { urls: "stun:s" };
const TURN = { urls: ["turn:t?transport=udp", "turns:t"], username: "u", credential: "c" };

/** A connection that asks for its candidates and hears what the test says. */
class Asking {
  static all = [];
  closed = false;

  constructor(configuration) {
    this.configuration = configuration;
    Asking.all.push(this);
  }

  createDataChannel() {}

  async setLocalDescription() {}

  close() {
    this.closed = true;
  }
}

function network({ servers = [STUN, TURN], kept = {} } = {}) {
  Asking.all = [];
  const storage = Object.assign(new FakeStorage(), { kept });
  const states = [];
  const made = new Network({ change: () => states.push(made.relay), world: { RTCPeerConnection: Asking, storage } });
  if (servers) made.name(servers);
  return { made, states, storage };
}

test("a relay that gives a place is well, and only the relay was asked", async () => {
  const { made, states } = network();
  const done = made.tryRelay();
  const [asking] = Asking.all;
  assert.deepEqual(asking.configuration, { iceServers: [TURN], iceTransportPolicy: "relay" });
  asking.onicecandidate({ candidate: { type: "relay" } });
  await done;
  assert.deepEqual(states, ["trying", "well"]);
  assert.equal(asking.closed, true);
});

test("one that answers no refuses us; one that does not answer is unreachable", async () => {
  for (const [errorCode, state] of [[401, "refused"], [701, "unreachable"]]) {
    const { made } = network();
    const done = made.tryRelay();
    Asking.all[0].onicecandidateerror({ errorCode });
    Asking.all[0].onicecandidate({ candidate: null });
    await done;
    assert.equal(made.relay, state);
  }
});

test("one address that fails does not matter where another gives a place", async () => {
  const { made } = network();
  const done = made.tryRelay();
  Asking.all[0].onicecandidateerror({ errorCode: 701 });
  Asking.all[0].onicecandidate({ candidate: { type: "relay" } });
  await done;
  assert.equal(made.relay, "well");
});

test("silence is waited for, and then it is unreachable", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { made } = network();
  const done = made.tryRelay();
  await settle();
  mock.timers.tick(8000);
  await done;
  mock.timers.reset();
  assert.equal(made.relay, "unreachable");
});

test("without a relay nothing is asked, and the wish to use it alone changes nothing", async () => {
  const { made } = network({ servers: [STUN], kept: { "ringwise.relay_only": "1" } });
  await made.tryRelay();
  assert.deepEqual([made.relay, made.hasRelay, Asking.all.length], ["none", false, 0]);
  assert.deepEqual(made.configuration, { iceServers: [STUN], iceTransportPolicy: "all" });
});

test("before the site has named its servers nothing is known", async () => {
  const { made } = network({ servers: null });
  await made.tryRelay();
  assert.equal(made.relay, "untried");
});

test("the wish is remembered", () => {
  const { made, storage } = network();
  made.setRelayOnly(true);
  assert.equal(made.configuration.iceTransportPolicy, "relay");
  assert.equal(network({ kept: storage.kept }).made.relayOnly, true);
  made.setRelayOnly(false);
  assert.equal(network({ kept: storage.kept }).made.relayOnly, false);
});
