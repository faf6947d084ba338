import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { CandidateBatch } from "../../../calls/static/calls/room/candidates.js";

const found = (candidate) => ({ toJSON: () => candidate });
let batch;
let sent;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  sent = [];
  batch = new CandidateBatch((candidates) => sent.push(candidates));
});

test("the first, which come all at once, go almost at once, and together", () => {
  for (const one of ["a", "b"]) batch.add(found(one));
  mock.timers.tick(5);
  assert.deepEqual(sent, [["a", "b"]]);
});

test("those that come later wait for more", () => {
  batch.add(found("a"));
  mock.timers.tick(5);
  batch.add(found("b"));
  mock.timers.tick(45);
  batch.add(null);
  mock.timers.tick(5);
  assert.deepEqual(sent, [["a"], ["b", null]]);
});

test("of a new connection the first go at once again, and those of the old one nowhere", () => {
  batch.add(found("a"));
  mock.timers.tick(5);
  batch.add(found("old"));
  batch.drop();
  batch.add(found("new"));
  mock.timers.tick(5);
  assert.deepEqual(sent, [["a"], ["new"]]);
});
