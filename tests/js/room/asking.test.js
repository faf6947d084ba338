import assert from "node:assert/strict";
import { test } from "node:test";
import { choiceOf, estimateOf, priceOf, rateOf, rateText } from "../../../calls/static/calls/room/asking.js";

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

test("the expert chooses a listing, or time that is stored", () => {
  assert.deepEqual(choiceOf("9"), { listing: 9 });
  assert.deepEqual(choiceOf("stored:2"), { stored: 2 });
  for (const value of [null, "", "stored:", "x9"]) assert.equal(choiceOf(value), null);
});

test("a price is the listing's or lower, by the minute or whole", () => {
  const rate = { kind: "per_minute", rate_minor: 200, price_minor: null };
  const act = { kind: "act_of_time", rate_minor: null, price_minor: 2500 };
  assert.deepEqual(priceOf(rate, "1.50"), { rate_minor: 150 });
  assert.deepEqual(priceOf(act, "25"), { price_minor: 2500 });
  for (const typed of ["", "0", "2.01", "-1"]) assert.equal(priceOf(rate, typed), null, typed);
  assert.equal(priceOf(act, "25.01"), null);
});
