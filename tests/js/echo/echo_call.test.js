import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { EchoCall, EchoRefused, mirror } from "../../../calls/static/calls/echo/echo_call.js";
import { settle } from "../room/world.js";

const ANSWER = { type: "answer", sdp: "theirs" };

class Connection {
  static last;
  iceGatheringState = "complete";
  closed = false;
  transceivers = [];
  inbound = {};

  constructor(configuration) {
    this.configuration = configuration;
    Connection.last = this;
  }

  addTransceiver(trackOrKind) {
    const track = typeof trackOrKind === "string" ? null : trackOrKind;
    const sender = { track, replaceTrack: async (next) => Object.assign(sender, { track: next }) };
    this.transceivers.push({ sender, receiver: { track: { kind: track?.kind ?? trackOrKind } } });
  }

  getTransceivers() {
    return this.transceivers;
  }

  async setLocalDescription() {
    this.localDescription = { type: "offer", sdp: "mine" };
  }

  async setRemoteDescription(description) {
    this.remoteDescription = description;
  }

  async getStats() {
    const { packets = 0, level = 0, frames = 0 } = this.inbound;
    return new Map([
      ["a", { type: "inbound-rtp", kind: "audio", packetsReceived: packets, audioLevel: level }],
      ["v", { type: "inbound-rtp", kind: "video", framesDecoded: frames }],
    ]);
  }

  close() {
    this.closed = true;
  }
}

class Stream {
  tracks = [];
  addTrack(track) {
    this.tracks.push(track);
  }
}

const VOICE = { kind: "audio" };
const FACE = { kind: "video" };

function called({ devices = {}, answer = async () => ANSWER } = {}) {
  mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
  const told = [];
  let at = 0;
  mock.method(performance, "now", () => at);
  const mine = { audio: VOICE, video: FACE, hasMicrophone: true, ...devices };
  const call = new EchoCall({
    devices: mine,
    on: { change: () => told.push(call.state), through: () => told.push("remembered"), stream: () => {} },
    world: { RTCPeerConnection: Connection, MediaStream: Stream },
  });
  const begun = call.begin({ iceServers: [] }, answer);
  const pass = async (ms) => {
    for (const until = at + ms; at < until;) {
      at += 500;
      mock.timers.tick(500);
      await settle();
    }
  };
  return { call, told, begun, pass, mine, get pc() { return Connection.last; } };
}

test.afterEach(() => mock.reset());

test("a call comes through once one's own sound has come back, and is remembered once", async () => {
  const { call, told, begun, pass, pc } = called();
  await begun;
  assert.deepEqual(pc.remoteDescription, ANSWER);
  pc.inbound = { packets: 20 };
  await pass(500);
  assert.equal(call.state, "talking");
  pc.inbound = { packets: 60, level: 0.2, frames: 3 };
  await pass(2000);
  assert.equal(call.state, "through");
  assert.equal(call.seen, true);
  assert.equal(told.filter((what) => what === "remembered").length, 1);
});

test("packets of silence prove nothing: it says that no sound came back", async () => {
  const { call, told, begun, pass, pc } = called();
  await begun;
  pc.inbound = { packets: 900, level: 0 };
  await pass(21_000);
  assert.equal(call.state, "failed");
  assert.equal(call.reason, "silent");
  assert.ok(!told.includes("remembered"));
  assert.equal(pc.closed, true);
});

test("without a microphone nothing comes through, whatever is heard", async () => {
  const { call, begun, pass, pc } = called({ devices: { hasMicrophone: false } });
  await begun;
  pc.inbound = { packets: 900, level: 0.5 };
  await pass(5000);
  assert.equal(call.state, "talking");
});

test("where nothing comes back at all, the network is named", async () => {
  const { call, begun, pass } = called();
  await begun;
  await pass(21_000);
  assert.deepEqual([call.state, call.reason], ["failed", "lost"]);
});

test("a refusal is told in its own words; no answer at all as a lost site", async () => {
  for (const [problem, reason] of [[new EchoRefused("Busy just now."), "Busy just now."], [new TypeError("network"), "offline"]]) {
    const { call, begun, pc } = called({ answer: async () => { throw problem; } });
    await begun;
    assert.deepEqual([call.state, call.reason], ["failed", reason]);
    assert.equal(pc.closed, true);
    mock.reset();
    mock.timers.reset();
  }
});

test("it ends by itself after a minute, and stays passed", async () => {
  const { call, begun, pass, pc } = called();
  await begun;
  pc.inbound = { packets: 60, level: 0.2 };
  await pass(61_000);
  assert.deepEqual([call.state, call.passed, pc.closed], ["over", true, true]);
});

test("an answer that comes after hanging up is left alone", async () => {
  let give;
  const { call, begun, pc } = called({ answer: () => new Promise((resolve) => { give = resolve; }) });
  await settle();
  call.end();
  give(ANSWER);
  await begun;
  assert.equal(call.state, "over");
  assert.equal(pc.remoteDescription, undefined);
});

test("a camera that comes later is sent", async () => {
  const { call, begun, mine, pc } = called({ devices: { video: null } });
  await begun;
  mine.video = FACE;
  await call.update();
  assert.deepEqual(pc.transceivers.map(({ sender }) => sender.track), [VOICE, FACE]);
});

test("by the relay this browser answers itself, and gives back each track", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const other = mirror({ iceTransportPolicy: "relay" }, Connection);
  const pc = Connection.last;
  assert.equal((await other.answer({ type: "offer", sdp: "mine" })).sdp, "mine");
  const transceiver = { sender: { replaceTrack: mock.fn() } };
  pc.ontrack({ track: VOICE, transceiver });
  assert.equal(transceiver.direction, "sendrecv");
  assert.deepEqual(transceiver.sender.replaceTrack.mock.calls[0].arguments, [VOICE]);
  other.close();
  assert.equal(pc.closed, true);
});
