import assert from "node:assert/strict";
import { test } from "node:test";
import { Devices } from "../../../calls/static/calls/room/devices.js";
import { problemOf } from "../../../calls/static/calls/room/device_requests.js";
import { FakeAudioContext, FakeDevices, FakeStorage, FakeStream, FakeTrack, settle } from "./world.js";

function failure(name, message = "") {
  return Object.assign(new Error(message), { name });
}

function devices(...answers) {
  const mediaDevices = new FakeDevices();
  mediaDevices.answers = answers;
  const storage = new FakeStorage();
  const made = new Devices({ on: { change: () => {} }, world: { mediaDevices, AudioContext: FakeAudioContext, storage } });
  return { devices: made, mediaDevices, storage };
}

test("from the press of Join silence is sent, whatever becomes of the microphone", async () => {
  const { devices: mine } = devices(new Promise(() => {}));
  mine.open();
  assert.equal(mine.audio.label, "silence");
  assert.equal(mine.context.started, true);
  assert.equal(mine.microphoneProblem, "asking");
});

test("the microphone takes the place of silence", async () => {
  const { devices: mine } = devices(new FakeTrack("audio", "mic"));
  mine.open();
  await settle();
  assert.equal(mine.audio.label, "mic");
  assert.equal(mine.microphoneProblem, null);
});

test("each refusal has its words", async () => {
  assert.equal(problemOf(failure("NotAllowedError", "Permission denied")), "refused");
  assert.equal(problemOf(failure("NotAllowedError", "Permission denied by system")), "blocked");
  assert.equal(problemOf(failure("NotFoundError")), "none");
  assert.equal(problemOf(failure("NotReadableError")), "busy");
  assert.equal(problemOf(failure("NotSupportedError")), "unsupported");
  const { devices: mine } = devices(failure("NotFoundError"));
  mine.open();
  await settle();
  assert.deepEqual([mine.microphoneProblem, mine.audio.label], ["none", "silence"]);
});

test("asking again after a refusal can succeed", async () => {
  const { devices: mine } = devices(failure("NotAllowedError"), new FakeTrack("audio", "mic"));
  mine.open();
  await settle();
  await mine.openMicrophone();
  assert.deepEqual([mine.microphoneProblem, mine.audio.label], [null, "mic"]);
});

test("an unplugged microphone is silence, and a word about it", async () => {
  const { devices: mine } = devices();
  mine.open();
  await settle();
  mine.audio.unplug();
  assert.deepEqual([mine.microphoneProblem, mine.audio.label], ["unplugged", "silence"]);
});

test("mute is the person's, the hush is the meter's, and each outlives the other", async () => {
  const { devices: mine } = devices();
  mine.open();
  await settle();
  await mine.cameraOn();
  const enabled = () => [mine.audio.enabled, mine.video.enabled];
  mine.setMuted(true);
  assert.deepEqual(enabled(), [false, true]);
  mine.setHushed(true);
  assert.deepEqual(enabled(), [false, false]);
  mine.setHushed(false);
  assert.deepEqual(enabled(), [false, true], "still muted");
  mine.setHushed(true);
  mine.setMuted(false);
  assert.deepEqual(enabled(), [false, false], "not before the meter runs");
});

test("a camera turned on during a pause shows nothing before it is over", async () => {
  const { devices: mine } = devices();
  mine.setHushed(true);
  await mine.cameraOn();
  assert.equal(mine.video.enabled, false);
});

test("camera off puts its light out", async () => {
  const { devices: mine } = devices();
  await mine.cameraOn();
  const track = mine.video;
  mine.cameraOff();
  assert.deepEqual([track.stopped, mine.video], [true, null]);
});

test("an allowance that comes after hanging up opens nothing", async () => {
  let allow;
  const { devices: mine } = devices(new Promise((resolve) => (allow = resolve)));
  mine.open();
  mine.close();
  const late = new FakeTrack("audio", "late");
  allow(late);
  await settle();
  assert.deepEqual([late.stopped, mine.hasMicrophone], [true, false]);
});

test("a choice is remembered and demanded: of one that is only wished for Chromium takes no notice", async () => {
  const { devices: mine, mediaDevices, storage } = devices();
  mine.open();
  await settle();
  await mine.choose("microphone", "m2");
  assert.deepEqual(mediaDevices.asked.at(-1).audio.deviceId, { exact: "m2" });
  const later = new Devices({ on: { change: () => {} }, world: { mediaDevices, AudioContext: FakeAudioContext, storage } });
  assert.equal(later.choice.microphone, "m2");
});

test("a remembered device that is gone does not matter: any other is taken, without a word", async () => {
  const { devices: mine, mediaDevices } = devices();
  mine.choice = { microphone: "m2", camera: "c2" };
  mediaDevices.answers = [failure("OverconstrainedError")];
  mine.open();
  await settle();
  mediaDevices.answers = [failure("NotFoundError")];
  await mine.cameraOn();
  assert.deepEqual([mine.audio.label, mine.microphoneProblem, mine.video.label, mine.cameraProblem], ["some", null, "some", null]);
  assert.equal(mediaDevices.asked.at(-1).video.deviceId, undefined);
});

test("the page's own sounds come from the chosen speaker, and from the remembered one after a reload", async () => {
  const { devices: mine, mediaDevices, storage } = devices();
  mine.open();
  await mine.choose("speaker", "s2");
  assert.equal(mine.context.sink, "s2");
  const later = new Devices({ on: { change: () => {} }, world: { mediaDevices, AudioContext: FakeAudioContext, storage } });
  later.open();
  assert.equal(later.context.sink, "s2");
});

test("a kept choice that cannot be read is no choice", () => {
  const storage = { getItem: () => "{", setItem: () => {} };
  const made = new Devices({ on: { change: () => {} }, world: { mediaDevices: undefined, AudioContext: FakeAudioContext, storage } });
  assert.deepEqual(made.choice, {});
});

test("where the browser gives no devices at all, the call goes on in silence", async () => {
  const made = new Devices({
    on: { change: () => {} },
    world: { mediaDevices: undefined, AudioContext: FakeAudioContext, storage: new FakeStorage() },
  });
  made.open();
  await settle();
  assert.deepEqual([made.microphoneProblem, made.audio.label], ["unsupported", "silence"]);
});

test("a screen is shared beside the camera; who chooses none is told nothing", async () => {
  const { devices: mine, mediaDevices } = devices();
  await mine.cameraOn();
  await mine.share();
  assert.deepEqual([mine.screen.label, mine.screen.contentHint, mine.video.label], ["the screen", "detail", "some"]);
  const shared = mine.screen;
  mine.setHushed(true);
  assert.equal(shared.enabled, false);
  mine.unshare();
  assert.deepEqual([mine.screen, shared.stopped], [null, true]);
  mediaDevices.screen = failure("NotAllowedError");
  await mine.share();
  assert.equal(mine.screen, null);
});

test("a screen that was chosen after hanging up is let go at once", async () => {
  const { devices: mine, mediaDevices } = devices();
  let choose;
  mediaDevices.screen = new Promise((resolve) => (choose = resolve));
  const sharing = mine.share();
  mine.close();
  const late = new FakeTrack("video", "late");
  choose(late);
  await sharing;
  assert.deepEqual([mine.screen, late.stopped], [null, true]);
});

test("muted, one is heard while the key is held", async () => {
  const { devices: mine } = devices(new FakeTrack("audio", "mic"));
  mine.open();
  await settle();
  mine.setMuted(true);
  assert.deepEqual([mine.audio.enabled, mine.speaks], [false, false]);
  mine.setHeld(true);
  assert.deepEqual([mine.audio.enabled, mine.speaks], [true, true]);
  mine.setHushed(true);
  assert.deepEqual([mine.audio.enabled, mine.speaks], [false, false]);
  mine.setHushed(false);
  mine.setHeld(false);
  assert.deepEqual([mine.audio.enabled, mine.speaks, mine.muted], [false, false, true]);
});

test("a microphone that cannot be switched to leaves the one before, and the words say so", async () => {
  const { devices: mine } = devices(new FakeTrack("audio", "first"), failure("NotReadableError"), new FakeTrack("audio", "second"));
  mine.open();
  await settle();
  await mine.choose("microphone", "m2");
  assert.deepEqual([mine.audio.label, mine.audio.stopped, mine.microphoneProblem], ["first", false, "kept"]);
  await mine.openMicrophone();
  assert.deepEqual([mine.audio.label, mine.microphoneProblem], ["second", null]);
});

test("while a microphone is switched the one before is heard: nobody is told of silence", async () => {
  const { devices: mine } = devices(new FakeTrack("audio", "first"), new Promise(() => {}));
  mine.open();
  await settle();
  mine.choose("microphone", "m2");
  assert.deepEqual([mine.audio.label, mine.microphoneProblem], ["first", null]);
});

/** Two cameras of a phone, of which one can be open. */
function phone() {
  const { devices: mine, mediaDevices } = devices();
  const cameras = { user: new FakeTrack("video", "front", { deviceId: "c1", facingMode: "user" }) };
  cameras.environment = new FakeTrack("video", "back", { deviceId: "c2", facingMode: "environment" });
  const ask = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (constraints) => {
    if (mine.video && !mine.video.stopped) throw failure("NotReadableError");
    const { facingMode, deviceId } = constraints.video;
    const wanted = facingMode?.exact ?? (deviceId?.exact === "c2" ? "environment" : "user");
    mediaDevices.answers = [mediaDevices.answers.shift() ?? Object.assign(cameras[wanted], { stopped: false })];
    return ask(constraints);
  };
  return { mine, mediaDevices };
}

test("the camera before is stopped before the next is opened: flipped, or chosen", async () => {
  const { mine } = phone();
  await mine.cameraOn();
  assert.deepEqual([mine.video.label, mine.canFlip], ["front", true]);
  await mine.flip();
  assert.deepEqual([mine.video.label, mine.cameraProblem], ["back", null]);
  await mine.flip();
  assert.deepEqual([mine.video.label, mine.cameraProblem], ["front", null]);
  await mine.choose("camera", "c2");
  assert.deepEqual([mine.video.label, mine.cameraProblem], ["back", null]);
});

test("pressed twice, it is flipped once", async () => {
  const { mine } = phone();
  await mine.cameraOn();
  const [first, second] = [mine.flip(), mine.flip()];
  await Promise.all([first, second]);
  assert.equal(mine.video.label, "back");
});

test("where the other camera cannot be had, the one before is on again, and the words say so", async () => {
  const { mine, mediaDevices } = phone();
  await mine.cameraOn();
  mediaDevices.answers = [failure("NotReadableError")];
  await mine.flip();
  assert.deepEqual([mine.video.label, mine.video.stopped, mine.cameraProblem], ["front", false, "kept"]);
  assert.deepEqual(mediaDevices.asked.at(-1).video.deviceId, { exact: "c1" });
});

test("where that is gone as well, the camera is off, and the words say why", async () => {
  const { devices: mine } = devices(new FakeTrack("video", "front", { deviceId: "c1" }), failure("NotReadableError"), failure("NotFoundError"));
  await mine.cameraOn();
  await mine.choose("camera", "c2");
  assert.deepEqual([mine.video, mine.cameraProblem], [null, "busy"]);
});

test("a camera turned off while it is switched stays off", async () => {
  let refuse;
  const { devices: mine, mediaDevices } = devices(new FakeTrack("video", "front", { deviceId: "c1" }), new Promise((resolve) => (refuse = resolve)));
  await mine.cameraOn();
  const switching = mine.choose("camera", "c2");
  mine.cameraOff();
  refuse(failure("NotReadableError"));
  await switching;
  assert.deepEqual([mine.video, mine.cameraProblem, mediaDevices.asked.length], [null, null, 2]);
});

test("the level is shown where the browser lets it be measured, and nothing breaks where it does not", async (t) => {
  globalThis.MediaStream = FakeStream;
  t.after(() => delete globalThis.MediaStream);
  const { devices: mine } = devices(new FakeTrack("audio", "mic"), new FakeTrack("audio", "other"));
  mine.open();
  await settle();
  assert.equal(mine.level(), 0.5);
  mine.context.refuses = true;
  t.mock.method(console, "warn", () => {});
  await mine.openMicrophone();
  assert.equal(mine.level(), null);
});

test("what could not be had is not demanded again: the one before is the choice", async () => {
  const first = new FakeTrack("audio", "first", { deviceId: "a" });
  const { devices: mine, storage } = devices(first, failure("NotReadableError"));
  mine.open();
  await settle();
  await mine.choose("microphone", "b");
  assert.equal(mine.microphoneProblem, "kept");
  assert.equal(mine.choice.microphone, "a");
  assert.equal(JSON.parse(Object.values(storage.kept)[0]).microphone, "a");
});

test("a camera that could not be flipped to is not asked for when the camera goes on again", async () => {
  const front = new FakeTrack("video", "front", { deviceId: "f", facingMode: "user" });
  const { devices: mine, mediaDevices } = devices(front, failure("NotReadableError"), front, front);
  await mine.cameraOn();
  await mine.flip();
  assert.equal(mine.cameraProblem, "kept");
  mine.cameraOff();
  await mine.cameraOn();
  assert.deepEqual([mine.video?.label, mine.cameraProblem], ["front", null]);
  assert.deepEqual(mediaDevices.asked.at(-1).video.deviceId, { exact: "f" });
});

test("one of the last call that is busy now is no reason to send silence", async () => {
  const storage = new FakeStorage();
  storage.setItem("ringwise.devices", JSON.stringify({ microphone: "b" }));
  const other = new FakeTrack("audio", "other");
  const later = new Devices({
    on: { change: () => {} },
    world: { mediaDevices: Object.assign(new FakeDevices(), { answers: [failure("NotReadableError"), other] }), AudioContext: FakeAudioContext, storage },
  });
  later.open();
  await settle();
  assert.deepEqual([later.audio.label, later.microphoneProblem], ["other", null]);
});
