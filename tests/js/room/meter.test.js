import assert from "node:assert/strict";
import { test } from "node:test";
import {
  billableAt, CapWarnings, costOf, countdownAt, MeterReader, moneyText, nextCap, timeText, warningBetween,
} from "../../../calls/static/calls/room/meter.js";

const T0 = 1_760_000_000_000;
const MINUTE = 60_000;

/** A meter at €2.00 a minute, 30 s free, capped at €18.40, that has counted 61.25 s. */
function running(changes = {}) {
  return {
    period: 8, state: "running", reason: null, by: null, kind: "per_minute", rate_minor: 200, price_minor: null,
    length_ms: null, free_ms: 30_000, cap_minor: 1840, cap_ms: 582_299, billable_ms: 61_250, as_of: T0,
    counts_from: T0 - 61_250, cost_minor: 104, cost_text: "€1.04", currency: "EUR", needs: null, resume_by: null,
    can_cancel_act: false, muted: false, last: null, ...changes,
  };
}

test("a running meter counts on from the server's moment", () => {
  assert.equal(billableAt(running(), T0 + 1000), 62_250);
  assert.equal(billableAt(running(), T0 - 500), 61_250, "a message from the future counts nothing back");
});

test("it stands still while paused or stopped", () => {
  for (const state of ["paused", "stopped"]) assert.equal(billableAt(running({ state }), T0 + 9000), 61_250);
});

test("it never runs past the cap, and the cost at the cap is the cap", () => {
  const far = billableAt(running(), T0 + 60 * MINUTE);
  assert.equal(far, 582_299);
  assert.equal(costOf(running(), far), 1840);
  assert.equal(costOf(running(), far + 9 * MINUTE), 1840);
});

test("the cost is rounded down, after the free time", () => {
  assert.equal(costOf(running(), 30_000), 0);
  assert.equal(costOf(running(), 30_299), 0);
  assert.equal(costOf(running(), 30_300), 1);
  assert.equal(costOf(running(), 61_250), 104);
});

test("an act costs its price from its first second", () => {
  assert.equal(costOf(running({ kind: "act_of_time", rate_minor: null, price_minor: 2500 }), 1), 2500);
});

test("the countdown says whole seconds and turns into running by itself", () => {
  const meter = running({ state: "countdown", reason: "countdown", billable_ms: 0, as_of: T0 - 3000, counts_from: T0 });
  assert.deepEqual([-3000, -2001, -1, 0].map((at) => countdownAt(meter, T0 + at)), [3, 3, 1, 0]);
  const reader = new MeterReader();
  assert.equal(reader.read(meter, T0 - 100).state, "countdown");
  assert.equal(reader.read(meter, T0 - 100).timeMs, 0);
  const after = reader.read(meter, T0 + 2500);
  assert.deepEqual([after.state, after.timeMs, after.countdown], ["running", 2500, 0]);
});

test("warnings come at 2 and 1 minutes left, and at 5 where the cap allows more than 15", () => {
  const short = 10 * MINUTE;
  assert.equal(warningBetween(2 * MINUTE + 1, 2 * MINUTE, short), 2);
  assert.equal(warningBetween(2 * MINUTE, 2 * MINUTE - 200, short), null, "once");
  assert.equal(warningBetween(MINUTE + 100, MINUTE - 100, short), 1);
  assert.equal(warningBetween(5 * MINUTE + 1, 5 * MINUTE, short), null);
  assert.equal(warningBetween(5 * MINUTE + 1, 5 * MINUTE, 15 * MINUTE + 1), 5);
  assert.equal(warningBetween(9 * MINUTE, MINUTE - 1, short), 1, "after a sleep only the nearest");
  assert.equal(warningBetween(MINUTE + 1, 0, short), null, "at the end there is nothing to warn of");
});

test("one is warned as time passes, and again after the cap was raised, however often the meter is read", () => {
  const [reader, cap] = [new MeterReader(), new CapWarnings()];
  const meter = running({ cap_ms: 3 * MINUTE, billable_ms: 0 });
  const warnings = (state, from, to) => {
    const heard = [];
    for (let at = from; at <= to; at += 250) {
      reader.read(state, T0 + at);
      heard.push(cap.due(state, reader.read(state, T0 + at)));
    }
    return heard.filter(Boolean);
  };
  assert.deepEqual(warnings(meter, 0, 2.5 * MINUTE), [2, 1]);
  assert.deepEqual(warnings({ ...meter, cap_ms: 8 * MINUTE }, 2.5 * MINUTE, 7.5 * MINUTE), [2, 1]);
});

test("while it runs a late message does not turn the meter back", () => {
  const reader = new MeterReader();
  assert.equal(reader.read(running(), T0 + 5000).timeMs, 66_250);
  assert.equal(reader.read(running({ billable_ms: 66_000, as_of: T0 + 5000 }), T0 + 5010).timeMs, 66_250);
  assert.equal(reader.read(running({ billable_ms: 66_000, as_of: T0 + 5000 }), T0 + 6000).timeMs, 67_000);
});

test("the step back of a stop is shown", () => {
  const reader = new MeterReader();
  reader.read(running(), T0 + 5000);
  const stopped = reader.read(running({ state: "stopped", billable_ms: 64_000, as_of: T0 + 5000 }), T0 + 5100);
  assert.deepEqual([stopped.state, stopped.timeMs, stopped.costMinor], ["stopped", 64_000, 113]);
});

test("a step back that was missed on the way is shown too", () => {
  const reader = new MeterReader();
  reader.read(running(), T0 + 9000);
  assert.equal(reader.read(running({ as_of: T0 + 9000 }), T0 + 9000).timeMs, 61_250);
});

test("the next period begins at zero", () => {
  const reader = new MeterReader();
  reader.read(running(), T0 + 5000);
  assert.equal(reader.read({ period: null, state: "free", cost_text: "€0.00" }, T0 + 6000).timeMs, 0);
  assert.equal(reader.read(running({ period: 9, billable_ms: 0, as_of: T0 + 7000 }), T0 + 7000).timeMs, 0);
});

test("raising the cap adds five minutes, or what the credit pays for", () => {
  assert.deepEqual(nextCap(running(), 5000), { toMinor: 2840, addedMs: 300_000, capMs: 882_299 });
  assert.equal(nextCap(running(), 300)?.toMinor, 2140);
  assert.equal(nextCap(running(), 0), null);
  assert.equal(nextCap(running({ rate_minor: null, price_minor: 2500 }), 5000), null, "an act has no cap to raise");
});

test("times and sums are written as on every other page", () => {
  assert.deepEqual([0, 999, 72_000, 3_723_000].map(timeText), ["0:00", "0:00", "1:12", "1:02:03"]);
  assert.equal(moneyText(104, "EUR", "en"), "€1.04");
  assert.equal(moneyText(1840, "EUR", "en"), "€18.40");
  assert.equal(moneyText(1840, "JPY", "en"), "¥1,840");
});
