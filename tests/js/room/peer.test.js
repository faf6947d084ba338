import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Peer } from "../../../calls/static/calls/room/peer.js";
import { FakeConnection, FakeStream, settle } from "./world.js";

const peers = [];
after(() => peers.forEach((peer) => peer.close()));

const mic = (name) => ({ kind: "audio", name });
const cam = (name) => ({ kind: "video", name });

/** One side of a room; what it sends waits in `out` until the test delivers it. */
function side(name) {
  const out = [];
  const made = { name, out, told: [], stalls: [] };
  made.peer = new Peer({
    on: {
      signal: (data) => out.push(data),
      tracks: (...tracks) => made.told.push(tracks.map((track) => track?.kind)),
      change: () => {},
      stalled: (count) => made.stalls.push(count),
    },
    world: { RTCPeerConnection: FakeConnection, MediaStream: FakeStream, elapsed: () => 0 },
  });
  made.peer.send("audio", mic(name));
  peers.push(made.peer);
  return made;
}

function pair() {
  return { alice: side("alice"), bob: side("bob") };
}

const meet = (one, page) => one.peer.notice({ present: true, polite: one.name === "alice", page });
const descriptions = (one) => one.out.filter(({ description }) => description).map(({ description }) => description.type);

/** Hands over everything that waits, in order, until both are quiet. */
async function exchange(one, other) {
  await settle();
  for (let turn = 0; turn < 20 && one.out.length + other.out.length; turn += 1) {
    for (const [from, to] of [[one, other], [other, one]]) {
      for (const data of from.out.splice(0)) to.peer.signal(data);
    }
    await settle();
  }
}

/** The connection that a side uses now. */
function connections(...sides) {
  return sides.map((one) => FakeConnection.all.filter(({ transceivers }) => transceivers.some(({ sender }) => sender.track?.name === one.name)).at(-1));
}

function assertConnected(...sides) {
  const [first, second] = connections(...sides);
  for (const [mine, other] of [[first, second], [second, first]]) {
    assert.equal(mine.signalingState, "stable");
    assert.match(mine.remoteDescription.sdp, new RegExp(`${other.certificate}\r`), "each talks to the other's newest connection");
    assert.deepEqual(mine.transceivers.map(({ receiver }) => receiver.track.kind), ["audio", "video", "video"], "one transceiver each");
  }
}

test("both offer at once: the polite one gives way", async () => {
  const { alice, bob } = pair();
  meet(alice, "b1");
  meet(bob, "a1");
  await exchange(alice, bob);
  assertConnected(alice, bob);
  assert.deepEqual(alice.told.at(-1), ["audio", "video", "video"]);
});

test("an offer that comes before the notice of the page is answered, and not begun again", async () => {
  for (const late of ["alice", "bob"]) {
    const { alice, bob } = pair();
    const [early, waiting] = late === "alice" ? [bob, alice] : [alice, bob];
    meet(early, "x1");
    await exchange(alice, bob);
    meet(waiting, "y1");
    await exchange(alice, bob);
    assertConnected(alice, bob);
  }
});

test("a candidate waits for its description, and candidates go in one message", async () => {
  const { alice, bob } = pair();
  bob.peer.signal({ candidates: [{ candidate: "early" }, null] });
  meet(alice, "b1");
  await settle();
  await new Promise((done) => setTimeout(done, 60));
  const offer = alice.out.find(({ description }) => description);
  const batches = alice.out.filter(({ candidates }) => candidates);
  assert.equal(batches.length, 1);
  bob.peer.signal(offer);
  await settle();
  assert.deepEqual(connections(bob)[0].candidates, [{ candidate: "early" }, undefined]);
});

test("a page that was loaded anew gets a new connection, whoever it is and whatever comes first", async () => {
  for (const reloaded of ["alice", "bob"]) {
    for (const noticeFirst of [true, false]) {
      const { alice, bob } = pair();
      meet(alice, "b1");
      meet(bob, "a1");
      await exchange(alice, bob);
      const fresh = side(reloaded);
      const stays = reloaded === "alice" ? bob : alice;
      meet(fresh, "old");
      if (noticeFirst) meet(stays, "new");
      await exchange(fresh, stays);
      if (!noticeFirst) meet(stays, "new");
      await exchange(fresh, stays);
      assertConnected(fresh, stays);
    }
  }
});

test("the same page on a new socket keeps its connection", async () => {
  const { alice, bob } = pair();
  meet(alice, "b1");
  meet(bob, "a1");
  await exchange(alice, bob);
  const before = connections(alice, bob);
  bob.peer.notice({ present: false, polite: false, page: null });
  meet(bob, "a1");
  await exchange(alice, bob);
  assert.deepEqual(connections(alice, bob), before);
  assert.equal(before[1].restarts, 0);
});

test("a connection that failed is restarted when the other is there again", async () => {
  const { alice, bob } = pair();
  meet(alice, "b1");
  meet(bob, "a1");
  await exchange(alice, bob);
  const [, bobs] = connections(alice, bob);
  bobs.connectionState = "failed";
  meet(bob, "a1");
  await exchange(alice, bob);
  assert.equal(bobs.restarts, 1);
  assertConnected(alice, bob);
});

test("an offer whose answer went astray is sent again", async () => {
  const { alice, bob } = pair();
  meet(bob, "a1");
  await settle();
  bob.out.length = 0; // the server died with it
  meet(alice, "b1");
  await settle();
  alice.out.length = 0;
  meet(bob, "a1");
  assert.deepEqual(descriptions(bob), ["offer"]);
  await exchange(alice, bob);
  assertConnected(alice, bob);
});

test("the impolite side ignores a colliding offer together with its candidates", async () => {
  const { bob } = pair();
  meet(bob, "a1");
  await settle();
  bob.out.length = 0;
  bob.peer.signal({ description: { type: "offer", sdp: "a=fingerprint:sha-256 ZZ\r\nm=audio\r\n" } });
  bob.peer.signal({ candidates: [{ candidate: "of the ignored" }] });
  await settle();
  assert.deepEqual(descriptions(bob), []);
  assert.deepEqual(connections(bob)[0].candidates, []);
});

test("an answer to nothing is dropped", async () => {
  const { alice } = pair();
  await alice.peer.signal({ description: { type: "answer", sdp: "m=audio\r\n" } });
  meet(alice, "b1");
  await settle();
  assert.equal(connections(alice)[0].signalingState, "have-local-offer");
});

test("turning the camera on replaces a track and negotiates nothing", async () => {
  const { alice, bob } = pair();
  meet(alice, "b1");
  meet(bob, "a1");
  await exchange(alice, bob);
  await alice.peer.send("video", cam("alice"));
  await exchange(alice, bob);
  const [hers] = connections(alice);
  assert.equal(hers.transceivers[1].sender.track.kind, "video");
  assert.equal(hers.signalingState, "stable");
  await alice.peer.send("video", null);
  assert.equal(hers.transceivers[1].sender.track, null);
});

test("a peer that offers sound alone is offered a picture when there is one", async () => {
  const { alice } = pair();
  await alice.peer.send("video", cam("alice"));
  alice.peer.signal({ description: { type: "offer", sdp: "a=fingerprint:sha-256 ZZ\r\nm=audio\r\n" } });
  await settle();
  assert.deepEqual(descriptions(alice), ["answer", "offer"]);
});

test("the counters are those of what comes in", async () => {
  const { alice } = pair();
  assert.equal(await alice.peer.counters(), null);
  meet(alice, "b1");
  await settle();
  Object.assign(connections(alice)[0], { packets: 120, frames: 33 });
  assert.deepEqual(await alice.peer.counters(), { received: 120, frames: 33 });
});

test("fresh credentials reach a connection that exists", async () => {
  const { alice } = pair();
  meet(alice, "b1");
  alice.peer.configure({ iceServers: [{ urls: ["turn:t"], username: "u", credential: "c" }] });
  assert.equal(connections(alice)[0].configuration.iceServers[0].username, "u");
});

test("both know the two certificates once they are connected, and not before", async () => {
  const { alice, bob } = pair();
  meet(alice, "page-of-bob");
  meet(bob, "page-of-alice");
  assert.equal(alice.peer.fingerprints, null);
  await exchange(alice, bob);
  assert.equal(alice.peer.fingerprints, null);
  for (const each of connections(alice, bob)) each.connectionState = "connected";
  const [hers, his] = [alice.peer.fingerprints, bob.peer.fingerprints];
  assert.deepEqual(hers, { mine: his.theirs, theirs: his.mine });
  assert.notEqual(hers.mine, hers.theirs);
});

test("a description that names a second certificate is not taken: somebody wrote it who hopes that we look at the first", async () => {
  for (const second of ["a=fingerprint:sha-256 EE", "A=FINGERPRINT:sha-256 EE", "a=fingerprint :sha-256 EE"]) {
    const { alice } = pair();
    meet(alice, "page-of-bob");
    const honest = "a=fingerprint:sha-256 B0";
    alice.peer.signal({ description: { type: "offer", sdp: `${honest}\r\nm=audio\r\n${second}\r\nm=video\r\n` } });
    await settle();
    assert.ok(connections(alice).every((each) => !each.remoteDescription));
  }
});

test("the same certificate in each section is one", async () => {
  const { alice } = pair();
  meet(alice, "page-of-bob");
  const same = "a=fingerprint:sha-256 B0";
  alice.peer.signal({ description: { type: "offer", sdp: `m=audio\r\n${same}\r\nm=video\r\n${same}\r\n` } });
  await settle();
  assert.ok(connections(alice).some((each) => each.remoteDescription));
});

test("an answer with another certificate than the connection has is not taken", async () => {
  const { alice, bob } = pair();
  meet(alice, "page-of-bob");
  meet(bob, "page-of-alice");
  await exchange(alice, bob);
  const [hers] = connections(alice);
  const known = hers.remoteDescription;
  hers.signalingState = "have-local-offer";
  alice.peer.signal({ description: { type: "answer", sdp: "a=fingerprint:sha-256 EE\r\nm=audio,video\r\n" } });
  await settle();
  assert.equal(hers.remoteDescription, known);
});

test("sound only asks for no picture, of this connection and of the next", async () => {
  const { alice, bob } = pair();
  meet(alice, "b1");
  meet(bob, "a1");
  await exchange(alice, bob);
  alice.peer.setSoundOnly(true);
  const directions = () => connections(alice)[0].transceivers.map(({ direction }) => direction);
  assert.deepEqual(directions(), ["sendrecv", "sendonly", "sendonly"]);
  alice.peer.restartAll();
  await settle();
  assert.deepEqual(directions(), ["sendrecv", "sendonly", "sendonly"]);
  alice.peer.setSoundOnly(false);
  assert.deepEqual(directions(), ["sendrecv", "sendrecv", "sendrecv"]);
});

test("a screen goes beside the camera, also to whoever offered sound alone", async () => {
  const { alice } = pair();
  alice.peer.send("screen", cam("the screen"));
  alice.peer.signal({ description: { type: "offer", sdp: "a=fingerprint:sha-256 ZZ\r\nm=audio\r\n" } });
  await settle();
  const sent = connections(alice)[0].transceivers.map(({ receiver, sender }) => [receiver.track.kind, sender.track?.name]);
  assert.deepEqual(sent, [["audio", "alice"], ["video", undefined], ["video", "the screen"]]);
});
