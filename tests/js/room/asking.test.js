import assert from "node:assert/strict";
import { test } from "node:test";
import { estimateOf, rateOf, rateText } from "../../../calls/static/calls/room/asking.js";

test("a rate is typed with a point or a comma, and never becomes a float", () => {
  assert.deepEqual(["2", "2.5", "2,50", " 0.29 ", "10.00"].map(rateOf), [200, 250, 250, 29, 1000]);
  assert.deepEqual(["", "-1", "1.234", "1e3", "two", "1.2.3", "99999"].map(rateOf), Array(7).fill(null));
  assert.deepEqual([200, 29, 1005].map(rateText), ["2.00", "0.29", "10.05"]);
});

test("an estimate is two whole minutes, the smaller one first, or nothing", () => {
  assert.deepEqual(estimateOf("10", "15"), [10, 15]);
  assert.deepEqual(estimateOf(" 10", "10"), [10, 10]);
  assert.equal(estimateOf("", " "), null);
  for (const [low, high] of [["15", "10"], ["10", ""], ["0", "5"], ["1.5", "2"], ["-1", "2"]]) {
    assert.equal(estimateOf(low, high), "bad", `${low} to ${high}`);
  }
});
