import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { Session } from "../../../calls/static/calls/room/session.js";
import {
  FakeAudioContext, FakeConnection, FakeDevices, FakeSocket, FakeStorage, FakeStream, settle, state,
} from "./world.js";

let elapsed;

beforeEach(() => {
  FakeSocket.all = [];
  FakeConnection.all = [];
  elapsed = 0;
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  mock.method(performance, "now", () => elapsed);
});

afterEach(() => {
  mock.timers.reset();
  mock.restoreAll();
});

/** Time passes in small steps, so that what waits for an answer gets it. */
async function pass(ms) {
  for (let left = ms; left > 0; left -= 100) {
    elapsed += 100;
    mock.timers.tick(100);
    await settle();
  }
}

function session(how = {}) {
  const world = {
    WebSocket: FakeSocket, RTCPeerConnection: FakeConnection, MediaStream: FakeStream, AudioContext: FakeAudioContext,
    mediaDevices: new FakeDevices(), storage: new FakeStorage(), fetch: async () => ({ status: 200 }), random: () => 0.5,
    elapsed: () => elapsed,
  };
  const made = new Session({ url: "ws://here", seatUrl: "/seat", world, on: { change() {}, error() {}, tracks() {} }, ...how });
  made.socket.start();
  return made;
}

/** In the room, with the other's sound arriving. */
async function inCall(changes = {}) {
  const made = session();
  FakeSocket.last.open();
  FakeSocket.last.say(state());
  made.join();
  await talking(changes);
  return made;
}

async function talking(changes) {
  FakeSocket.last.say(state({ joined: true, ice: [{ urls: ["turn:t"] }], ...changes }));
  FakeSocket.last.say({ type: "peer", present: true, polite: true, page: "b1" });
  await settle();
  await answer();
  await sound();
}

/** The other's, to our offer. */
async function answer() {
  const description = { type: "answer", sdp: "v=0\r\na=fingerprint:sha-256 BB\r\nm=audio,video,video\r\n" };
  FakeSocket.last.say({ type: "signal", data: { description } });
  await settle();
}

/** For a second. */
async function sound() {
  for (let half = 0; half < 2; half += 1) {
    FakeConnection.all.at(-1).packets += 50;
    await pass(500);
  }
}

const paid = (changes = {}) => ({
  period: 8, state: "running", reason: null, by: null, kind: "per_minute", rate_minor: 200, price_minor: null, length_ms: null,
  free_ms: 0, cap_minor: 2000, cap_ms: 600_299, billable_ms: 60_000, as_of: 1_760_000_000_000, counts_from: 0, cost_minor: 200,
  cost_text: "€2.00", currency: "EUR", needs: null, resume_by: null, can_cancel_act: false, muted: false, last: null, ...changes,
});
const sent = (type) => FakeSocket.all.flatMap((socket) => socket.sent).filter((message) => message.type === type);

test("joined and heard is connected", async () => {
  const made = await inCall();
  assert.deepEqual([made.screen, made.phase], ["call", "connected"]);
  assert.deepEqual(FakeConnection.all.at(-1).configuration.iceServers, [{ urls: ["turn:t"] }]);
});

test("recovered is who hears again once the two have agreed on how: hearing alone may be the old way, on one side", async () => {
  const made = await inCall();
  await pass(3000);
  assert.equal(made.phase, "reconnecting");
  FakeSocket.last.say({ type: "peer", present: true, polite: true, page: "b1" });
  await settle();
  const [connection] = FakeConnection.all;
  assert.deepEqual([connection.restarts, connection.signalingState], [1, "have-local-offer"]);
  await sound();
  assert.equal(made.phase, "reconnecting", "the offer has reached nobody");
  await answer();
  await sound();
  assert.equal(made.phase, "connected");
});

test("an offer in mid-call is no loss while the sound goes on", async () => {
  const made = await inCall();
  FakeConnection.all.at(-1).signalingState = "have-local-offer";
  await sound();
  assert.equal(made.phase, "connected");
});

test("who hides the address in mid-call gets a new connection that uses the relay alone, and the other learns of it", async () => {
  const made = await inCall();
  const before = FakeConnection.all.length;
  made.setRelayOnly(true);
  await settle();
  assert.equal(FakeConnection.all.length, before + 1);
  assert.equal(FakeConnection.all.at(-1).configuration.iceTransportPolicy, "relay");
  const pages = sent("join").map(({ page }) => page);
  assert.notEqual(pages.at(-1), pages.at(-2));
});

test("chosen before the call it is one connection", async () => {
  const made = session();
  FakeSocket.last.open();
  FakeSocket.last.say(state({ ice: [{ urls: ["turn:t"] }] }));
  made.setRelayOnly(true);
  assert.equal(FakeConnection.all.length, 0);
  made.join();
  await talking({});
  assert.deepEqual(FakeConnection.all.map(({ configuration }) => configuration.iceTransportPolicy), ["relay"]);
});

test("a camera that was tried in the lobby is off when the call begins", async () => {
  const made = session();
  FakeSocket.last.open();
  FakeSocket.last.say(state());
  made.devices.open();
  await made.devices.cameraOn();
  const tried = made.devices.video;
  made.join();
  assert.deepEqual([made.devices.video, tried.stopped], [null, true]);
});

test("an offer that comes before the TURN servers waits for them", async () => {
  const made = session();
  FakeSocket.last.open();
  FakeSocket.last.say(state());
  made.join();
  FakeSocket.last.say({ type: "signal", data: { description: { type: "offer", sdp: "a=fingerprint:sha-256 ZZ\r\nm=audio,video\r\n" } } });
  await settle();
  assert.equal(FakeConnection.all.length, 0);
  FakeSocket.last.say(state({ joined: true, ice: [{ urls: ["turn:t"] }] }));
  await settle();
  assert.deepEqual(FakeConnection.all.at(-1).configuration.iceServers, [{ urls: ["turn:t"] }]);
  assert.equal(FakeConnection.all.at(-1).localDescription.type, "answer");
});

test("what arrives is reported every two seconds, and not while there is no seat", async () => {
  const made = await inCall();
  FakeConnection.all.at(-1).packets = 300;
  await pass(2000);
  assert.equal(sent("media").at(-1).received, 300);
  const count = sent("media").length;
  FakeSocket.last.say(state({ joined: false }));
  await pass(4000);
  assert.equal(sent("media").length, count);
  assert.equal(made.phase, "reconnecting");
});

test("while the meter stands still neither is heard, and one's own mute is kept", async () => {
  const made = await inCall();
  made.devices.setMuted(true);
  FakeSocket.last.say(state({ joined: true, meter: paid({ state: "paused", muted: true }) }));
  assert.deepEqual([made.hushed, made.devices.audio.enabled], [true, false]);
  FakeSocket.last.say(state({ joined: true, meter: paid() }));
  assert.deepEqual([made.hushed, made.devices.audio.enabled], [false, false]);
  made.devices.setMuted(false);
  assert.equal(made.devices.audio.enabled, true);
});

test("without the server media goes on and the meter stands where it stood", async () => {
  const made = await inCall({ meter: paid() });
  const connection = FakeConnection.all.at(-1);
  const before = made.reading.timeMs;
  FakeSocket.last.end(1006);
  await settle();
  connection.packets += 50;
  await pass(200);
  assert.equal(made.phase, "reconnecting");
  assert.equal(connection.signalingState !== "closed", true);
  assert.equal(made.devices.audio.enabled, true);
  await pass(30_000);
  assert.deepEqual([made.reading.state, made.reading.timeMs], ["stopped", before]);
});

test("the server's answer after a loss is what counts", async () => {
  const made = await inCall({ meter: paid() });
  FakeSocket.last.end(1006);
  await pass(3000);
  FakeSocket.last.open();
  FakeSocket.last.say(state({ meter: paid({ state: "stopped", billable_ms: 59_000 }) }));
  assert.deepEqual([made.reading.state, made.reading.timeMs], ["stopped", 59_000]);
});

test("silence asks the server, restarts the connection, and in the end begins a new one under a new name", async () => {
  const made = await inCall();
  const page = made.socket.page;
  const joins = sent("join").length;
  await pass(1600);
  assert.equal(sent("join").length, joins + 1, "a probe");
  assert.equal(made.phase, "reconnecting");
  const connection = FakeConnection.all.at(-1);
  connection.signalingState = "stable";
  FakeSocket.last.say({ type: "peer", present: true, polite: true, page: "b1" });
  assert.equal(connection.restarts, 1);
  await pass(60_000);
  assert.notEqual(made.socket.page, page);
  assert.notEqual(FakeConnection.all.at(-1), connection);
});

test("hanging up lets the devices go at once", async () => {
  const made = await inCall();
  const microphone = made.devices.audio;
  made.hangUp();
  assert.deepEqual([microphone.stopped, made.screen, sent("hangup").length], [true, "over", 1]);
  assert.equal(FakeConnection.all.at(-1).signalingState, "closed");
  FakeSocket.last.say(state({ joined: true }));
  assert.equal(sent("hangup").length, 1, "a state under way does not send it again");
});

test("hanging up without a connection is told to the server as soon as there is one", async () => {
  const made = await inCall();
  FakeSocket.last.end(1006);
  await settle();
  made.hangUp();
  assert.deepEqual([made.screen, sent("hangup").length], ["over", 0]);
  await pass(300);
  FakeSocket.last.open();
  FakeSocket.last.say(state());
  FakeSocket.last.say(state({ joined: true }));
  assert.equal(sent("hangup").length, 1);
  FakeSocket.last.say(state({ call: { state: "ended", end_reason: "hung_up" } }));
  assert.deepEqual([made.screen, made.socket.wanted], ["over", false]);
});

test("hanging up that the server could not do is sent again until the call is over", async () => {
  const made = await inCall();
  made.hangUp();
  for (const code of ["internal", "too_fast"]) {
    const before = sent("hangup").length;
    FakeSocket.last.say({ type: "error", code, text: "…", re: "hangup" });
    await pass(2000);
    assert.deepEqual([sent("hangup").length, made.screen], [before + 1, "over"]);
  }
  await pass(4000);
  assert.equal(sent("hangup").length, 3, "not while the answer is on its way");
  FakeSocket.last.say({ type: "error", code: "room.no_call", text: "…", re: "hangup" });
  FakeSocket.last.say(state({ call: { state: "ended", end_reason: "hung_up" } }));
  await pass(4000);
  assert.equal(sent("hangup").length, 3);
});

test("when the call is over the connection and the devices are let go, and ringing again brings them back", async () => {
  const made = await inCall();
  FakeSocket.last.say(state({ call: { state: "ended", end_reason: "hung_up" }, can_ring: true }));
  assert.deepEqual([made.screen, made.devices.hasMicrophone], ["over", false]);
  made.ring();
  FakeSocket.last.say(state({ call: { id: 18, state: "ringing" }, present: false }));
  assert.deepEqual([made.screen, made.phase], ["call", "ringing"]);
  assert.deepEqual(FakeSocket.last.types().slice(-2), ["ring", "join"]);
  await settle();
  assert.equal(made.devices.hasMicrophone, true);
  await talking({ call: { id: 18 } });
  assert.equal(made.phase, "connected");
});

test("in another window: this one lets everything go", async () => {
  const made = await inCall();
  FakeSocket.last.say({ type: "replaced" });
  assert.deepEqual([made.screen, made.devices.hasMicrophone], ["replaced", false]);
  assert.equal(FakeConnection.all.at(-1).signalingState, "closed");
});

test("a raised hand is said once, again by a page that takes its seat anew, and not after hanging up", async () => {
  const made = await inCall();
  made.raiseHand(true);
  FakeSocket.last.say(state({ joined: true, stored: [] })); // on its way when the hand went up
  assert.equal(sent("sign").length, 2);
  FakeSocket.last.say(state({ joined: true, hand: true }));
  assert.equal(sent("sign").length, 2);
  FakeSocket.last.say(state({ joined: true, hand: false }));
  assert.deepEqual(sent("sign").at(-1), { type: "sign", what: "hand", on: true });
  made.raiseHand(false);
  assert.deepEqual(sent("sign").at(-1), { type: "sign", what: "hand", on: false });
  const before = sent("sign").length;
  made.raiseHand(true);
  made.hangUp();
  FakeSocket.last.say(state({ joined: true }));
  assert.ok(sent("sign").length <= before + 1);
  assert.equal(made.hand, false);
});

test("a shared screen is sent and said, and both end when it ends", async () => {
  const made = await inCall();
  await made.devices.share();
  await settle();
  const screen = () => FakeConnection.all.at(-1).transceivers[2].sender.track;
  assert.equal(screen().label, "the screen");
  assert.deepEqual(sent("sign").at(-1), { type: "sign", what: "screen", on: true });
  screen().unplug();
  await settle();
  assert.equal(screen(), null);
  assert.deepEqual(sent("sign").at(-1), { type: "sign", what: "screen", on: false });
});

test("where there is room for the sound alone the camera rests, and comes back", async () => {
  const made = await inCall();
  await made.devices.cameraOn();
  await settle();
  const camera = () => FakeConnection.all.at(-1).transceivers[1].sender.track;
  assert.ok(camera());
  let step = "poor";
  const since = elapsed;
  Object.defineProperty(made.peer, "quality", { get: () => ({ step, since: step === "poor" ? since : elapsed - 20_000 }) });
  const sound = setInterval(() => (FakeConnection.all.at(-1).packets += 25), 500);
  await pass(8_000);
  assert.deepEqual([camera(), made.cameraRests, made.devices.video !== null], [null, true, true]);
  step = "good";
  await pass(2_000);
  assert.ok(camera());
  clearInterval(sound);
});

test("a report says whether somebody spoke, or a screen is shared", async () => {
  const made = await inCall();
  const sound = setInterval(() => (FakeConnection.all.at(-1).packets += 25), 500);
  const told = async () => {
    await pass(2_000);
    return sent("media").at(-1).spoken;
  };
  assert.equal(await told(), false);
  made.peer.speech.own(0.5);
  assert.equal(await told(), true);
  assert.equal(await told(), false);
  await made.devices.share();
  assert.equal(await told(), true);
  made.devices.unshare();
  assert.equal(await told(), false);
  clearInterval(sound);
});

test("chosen while the other is away, the address is hidden as soon as they are back", async () => {
  const made = await inCall();
  FakeSocket.last.say({ type: "peer", present: false, polite: true, page: null });
  const before = FakeConnection.all.length;
  made.setRelayOnly(true);
  assert.equal(FakeConnection.all.length, before);
  FakeSocket.last.say({ type: "peer", present: true, polite: true, page: "b1" });
  await settle();
  assert.equal(FakeConnection.all.length, before + 1);
  assert.equal(FakeConnection.all.at(-1).configuration.iceTransportPolicy, "relay");
});

test("of a call that gave way to the next while the page slept neither camera nor screen nor hand goes on", async () => {
  const made = await inCall();
  await made.devices.cameraOn();
  await made.devices.share();
  made.raiseHand(true);
  const [camera, screen] = [made.devices.video, made.devices.screen];
  FakeSocket.last.say(state({ call: { id: 18, state: "ringing" } }));
  assert.deepEqual([made.screen, camera.stopped, screen.stopped, made.hand], ["lobby", true, true, false]);
  made.join();
  await settle();
  assert.deepEqual([made.devices.video, made.devices.screen], [null, null]);
});

const channels = () => FakeConnection.all.at(-1).channels;

test("where the site has no captions there is no way to ask for them", async () => {
  const { captions } = await inCall();
  assert.deepEqual(Object.keys(channels()), ["files"]);
  captions.ask();
  assert.equal(captions.others, "off");
});

test("captions end with the call and with the connection", async () => {
  for (const end of [(made) => made.hangUp(), (made) => made.peer.restartAll()]) {
    FakeSocket.all = [];
    const made = session({ captions: { url: "ws://captions", worklet: "worklet.js" } });
    FakeSocket.last.open();
    FakeSocket.last.say(state());
    made.join();
    await talking({});
    const channel = channels().captions;
    channel.readyState = "open";
    channel.onopen();
    channel.onmessage({ data: '{"type":"on"}' });
    assert.equal(made.captions.others, "on");
    end(made);
    assert.deepEqual([made.captions.others, made.captions.isReady], ["off", false]);
  }
});

test("sound for captions is sent for as long as the other sits here and something of theirs arrives", async () => {
  const made = await inCall();
  assert.equal(made.captions.isRead, true);
  await pass(10_000);
  assert.equal(made.captions.isRead, false); // no packet came
  FakeConnection.all.at(-1).packets += 50;
  await pass(500);
  FakeConnection.all.at(-1).packets += 50;
  await pass(500);
  assert.equal(made.captions.isRead, true);
  FakeSocket.last.say({ type: "peer", present: false, polite: true, page: null });
  await settle();
  assert.equal(made.captions.isRead, false);
});
