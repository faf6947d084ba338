import assert from "node:assert/strict";
import { test } from "node:test";
import { CameraRest } from "../../../calls/static/calls/room/camera_rest.js";

test("a camera rests once the connection has been poor for a while, and comes back once it has been good", () => {
  const rest = new CameraRest();
  assert.equal(rest.look(5_000, { step: "poor", since: 0 }, true), false);
  assert.equal(rest.look(6_000, { step: "poor", since: 0 }, true), true);
  assert.equal(rest.resting, true);
  assert.equal(rest.look(60_000, { step: "fair", since: 7_000 }, true), false);
  assert.equal(rest.look(65_000, { step: "good", since: 60_000 }, true), false);
  assert.equal(rest.look(70_000, { step: "good", since: 60_000 }, true), true);
  assert.equal(rest.resting, false);
});

test("what is off does not rest, and is not turned on by a good connection", () => {
  const rest = new CameraRest();
  rest.look(10_000, { step: "poor", since: 0 }, false);
  assert.equal(rest.resting, false);
  rest.look(10_000, { step: "poor", since: 0 }, true);
  rest.look(11_000, { step: "poor", since: 0 }, false);
  assert.equal(rest.resting, false);
});

test("a connection made anew says nothing yet, and changes nothing", () => {
  const rest = new CameraRest();
  rest.look(10_000, { step: "poor", since: 0 }, true);
  rest.look(12_000, { step: null, since: 0 }, true);
  assert.equal(rest.resting, true);
});

test("where a camera that came back was too much at once, it waits twice as long the next time", () => {
  const rest = new CameraRest();
  const poorFrom = (since) => rest.look(since + 6_000, { step: "poor", since }, true);
  const goodFor = (since, ms) => rest.look(since + ms, { step: "good", since }, true);
  poorFrom(0);
  assert.equal(goodFor(10_000, 10_000), true, "on from 20 s");
  assert.equal(poorFrom(30_000), true);
  assert.equal(goodFor(40_000, 19_000), false);
  assert.equal(goodFor(40_000, 20_000), true, "on from 60 s");
  assert.equal(poorFrom(200_000), true, "after a long time of being on");
  assert.equal(goodFor(210_000, 10_000), true);
});
