import assert from "node:assert/strict";
import { test } from "node:test";
import { ServerClock } from "../../../calls/static/calls/room/clock.js";

test("a slow message does not turn the server's time back", () => {
  let elapsed = 1000;
  const clock = new ServerClock(() => elapsed);
  clock.note(50_000);
  assert.equal(clock.now(), 50_000);
  elapsed = 2000;
  clock.note(50_400); // 600 ms under way
  assert.equal(clock.now(), 51_000);
  elapsed = 3000;
  clock.note(52_020); // this one was quicker than all before
  assert.equal(clock.now(), 52_020);
});

test("what was true long ago is forgotten", () => {
  let elapsed = 0;
  const clock = new ServerClock(() => elapsed);
  clock.note(90_000);
  for (elapsed = 1; elapsed <= 8; elapsed += 1) clock.note(50_000 + elapsed);
  elapsed = 10;
  assert.equal(clock.now(), 50_010);
});
