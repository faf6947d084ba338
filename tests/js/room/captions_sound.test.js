import assert from "node:assert/strict";
import { test } from "node:test";
import { PIECE, Pieces, RATE } from "../../../calls/static/calls/room/captions/pieces.js";
import { Sound } from "../../../calls/static/calls/room/captions/sound.js";
import { FakeStream } from "./world.js";

/** All that comes of `seconds` of sound that is `wave(at)` at the second `at`, in blocks as a browser gives it. */
function resampled(rate, seconds, wave) {
  const pieces = new Pieces(rate);
  const sound = Float32Array.from({ length: rate * seconds }, (_, at) => wave(at / rate));
  const full = [];
  for (let at = 0; at < sound.length; at += 128) full.push(...pieces.add(sound.subarray(at, at + 128)));
  return full.flatMap((piece) => [...piece]);
}

test("a second is sixteen thousand samples, whatever the microphone gives", () => {
  for (const rate of [8000, 16_000, 22_050, 44_100, 48_000, 96_000]) {
    const made = resampled(rate, 2, () => 0.5).length;
    assert.ok(2 * RATE - made < PIECE + 2, `${rate}: ${made}`);
  }
});

test("a tone stays the tone that it was", () => {
  const tone = (at) => 0.5 * Math.sin(2 * Math.PI * 440 * at);
  for (const rate of [44_100, 48_000]) {
    const made = resampled(rate, 1, tone);
    const worst = Math.max(...made.map((sample, at) => Math.abs(sample / 32_767 - tone((at + 0.5) / RATE - 0.5 / rate))));
    assert.ok(worst < 0.03, `${rate}: ${worst}`);
  }
});

test("what is too loud is as loud as it can be", () => {
  assert.deepEqual([...new Set(resampled(16_000, 1, () => 7))], [32_767]);
  assert.deepEqual([...new Set(resampled(16_000, 1, () => -7))], [-32_767]);
});

class Socket {
  static OPEN = 1;
  static all = [];
  readyState = 0;
  bufferedAmount = 0;
  sent = [];

  constructor() {
    Socket.all.push(this);
  }

  send(data) {
    this.sent.push(data);
  }

  open() {
    this.readyState = 1;
    this.onopen();
  }

  say(message) {
    this.onmessage({ data: JSON.stringify(message) });
  }

  close() {
    this.readyState = 3;
  }
}

function begin() {
  Socket.all = [];
  const plugs = [];
  const context = {
    audioWorklet: { addModule: async () => {} },
    createMediaStreamSource: (stream) => {
      const source = { track: stream.getTracks()[0], connect() {}, disconnect: () => plugs.splice(plugs.indexOf(source), 1) };
      plugs.push(source);
      return source;
    },
  };
  const devices = { context, microphone: { name: "first" }, speaks: true };
  const read = { is: true };
  const heard = { texts: [], whys: [], failures: 0, text: (text) => heard.texts.push(text), failed: (why) => (heard.failures += 1) && heard.whys.push(why) };
  const node = { port: {}, connect() {}, disconnect() {} };
  class AudioWorkletNode {
    constructor() {
      return node;
    }
  }
  const world = { WebSocket: Socket, AudioWorkletNode, MediaStream: FakeStream };
  const sound = new Sound({ url: "ws://site/ws/captions/x/", worklet: "", devices, heard, isRead: () => read.is, world });
  return { sound, devices, heard, read, plugs, piece: () => node.port.onmessage?.({ data: new Int16Array(4) }) };
}

test("pieces go to the server while one speaks, and none while muted", () => {
  const { devices, piece } = begin();
  piece(); // before the socket is open: too early
  Socket.all[0].open();
  piece();
  devices.speaks = false;
  piece();
  assert.equal(Socket.all[0].sent.length, 1);
  devices.speaks = true;
  piece();
  assert.equal(Socket.all[0].sent.length, 2);
});

test("a jam is not made worse", () => {
  const { piece } = begin();
  Socket.all[0].open();
  Socket.all[0].bufferedAmount = 200_000;
  piece();
  assert.deepEqual(Socket.all[0].sent, []);
});

test("words and failures are handed on, pings answered", () => {
  const { heard } = begin();
  const [socket] = Socket.all;
  socket.open();
  socket.say({ type: "ping" });
  socket.say({ type: "caption", text: "Hello" });
  socket.say({ type: "error", code: "too_fast", text: "" });
  assert.deepEqual([socket.sent, heard.texts, heard.failures], [['{"type":"pong"}'], ["Hello"], 0]);
  socket.say({ type: "error", code: "captions.failed", text: "" });
  assert.equal(heard.failures, 1);
});

test("another microphone takes the place of the first", () => {
  const { sound, devices, plugs } = begin();
  devices.microphone = { name: "second" };
  sound.follow();
  sound.follow();
  assert.deepEqual(plugs.map(({ track }) => track.name), ["second"]);
  devices.microphone = null;
  sound.follow();
  assert.deepEqual(plugs, []);
});

test("a lost connection is tried again, then given up", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { heard } = begin();
  for (let lost = 1; lost <= 6; lost += 1) {
    assert.equal(Socket.all.length, lost);
    Socket.all.at(-1).onclose({ code: 1006 });
    context.mock.timers.tick(2000);
  }
  assert.deepEqual([Socket.all.length, heard.failures], [6, 1]);
});

test("a newer window has the captions now", () => {
  const { heard } = begin();
  Socket.all[0].onclose({ code: 4001 });
  assert.deepEqual([Socket.all.length, heard.failures], [1, 1]);
});

test("ended, nothing more is sent and nothing is tried again", () => {
  const { sound, plugs, piece } = begin();
  const [socket] = Socket.all;
  socket.open();
  sound.end();
  piece();
  assert.deepEqual([socket.sent, socket.readyState, socket.onclose, plugs], [[], 3, null, []]);
});

test("pieces wait for nobody: while the other is not there none is sent, and none of them later", () => {
  const { read, piece } = begin();
  const [socket] = Socket.all;
  socket.open();
  read.is = false;
  piece();
  assert.equal(socket.sent.length, 0);
  read.is = true;
  piece();
  assert.equal(socket.sent.length, 1);
});

test("why the server ends it is told as it is, and it is not tried again", () => {
  for (const [code, why] of [["captions.failed", "failed"], ["captions.busy", "busy"], ["captions.used_up", "used_up"]]) {
    const { heard } = begin();
    const [socket] = Socket.all;
    socket.open();
    socket.say({ type: "error", code, text: "", re: null });
    assert.deepEqual(heard.whys, [why]);
  }
});

test("other errors of the server end nothing", () => {
  const { heard } = begin();
  Socket.all[0].open();
  for (const code of ["too_fast", "constructor"]) Socket.all[0].say({ type: "error", code, text: "", re: null });
  assert.deepEqual(heard.whys, []);
});

test("a microphone of which the browser gives no sound ends captions in plain words, and breaks nothing", () => {
  const { sound, devices, heard, plugs } = begin();
  devices.context.createMediaStreamSource = () => {
    throw new DOMException("different sample-rate", "NotSupportedError");
  };
  devices.microphone = { name: "of another rate" };
  sound.follow();
  assert.deepEqual([heard.whys, plugs], [["unheard"], []]);
  devices.microphone = null;
  sound.follow();
  sound.end();
});
