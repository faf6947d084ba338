import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { byDay, inWords } from "../../../marketplace/static/marketplace/page/hours.js";

const at = (text) => Date.parse(`${text}Z`);
const span = (from, to) => [at(from), at(to)];
const plain = (text) => text.replaceAll(/\s/g, " ");
const told = (spans, now, zone, locale = "en-GB") =>
  Object.fromEntries(inWords(byDay(spans, at(now), zone), [locale], zone).map(({ name, times }) => [name, plain(times)]));

describe("weekly hours", () => {
  const office = [span("2026-03-02T08:00", "2026-03-02T11:00"), span("2026-03-02T13:00", "2026-03-02T17:00")];

  it("are told in the visitor's own time zone, from their today on", () => {
    assert.equal(told(office, "2026-03-02T06:00", "Europe/Paris").Monday, "09:00–12:00, 14:00–18:00");
    assert.equal(told(office, "2026-03-02T06:00", "Asia/Kathmandu").Monday, "13:45–16:45, 18:45–22:45");
    assert.deepEqual(Object.keys(told(office, "2026-03-02T06:00", "America/New_York"))[0], "Monday");
    assert.deepEqual(Object.keys(told(office, "2026-03-02T04:00", "America/New_York"))[0], "Sunday");
    assert.equal(told(office, "2026-03-02T06:00", "America/New_York", "en-US").Monday, "3:00 AM–6:00 AM, 8:00 AM–12:00 PM");
  });

  it("go on the day after where they cross the visitor's midnight", () => {
    const late = [span("2026-03-02T08:00", "2026-03-02T11:30"), span("2026-03-02T13:00", "2026-03-02T17:00")];
    const found = told(late, "2026-03-02T06:00", "Pacific/Auckland"); // 13 hours ahead
    assert.equal(found.Monday, "21:00–00:00");
    assert.equal(found.Tuesday, "00:00–00:30, 02:00–06:00");
  });

  it("are right where clocks change in between", () => {
    const week = [span("2026-03-27T08:00", "2026-03-27T09:00"), span("2026-03-30T07:00", "2026-03-30T08:00")];
    const paris = told(week, "2026-03-27T06:00", "Europe/Paris");
    assert.deepEqual([paris.Friday, paris.Monday], ["09:00–10:00", "09:00–10:00"]);
    const tokyo = told(week, "2026-03-27T06:00", "Asia/Tokyo");
    assert.deepEqual([tokyo.Friday, tokyo.Monday], ["17:00–18:00", "16:00–17:00"]);
    assert.equal(Object.keys(paris).length, 7);
  });
});
