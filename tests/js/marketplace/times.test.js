import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { localTime, localesFor } from "../../../marketplace/static/marketplace/page/times.js";

const LATE = "2026-04-01T02:30:05+00:00"; // the evening before in New York, noon in Auckland
const plain = (text) => text.replaceAll(/\s/g, " "); // some are narrow no-break spaces
const shown = (what, locale, zone, at = LATE) => plain(localTime(at, what, [locale], zone));

describe("a moment", () => {
  it("is told in the visitor's own time zone", () => {
    assert.equal(shown("moment", "en-GB", "America/New_York"), "31 Mar 2026, 22:30");
    assert.equal(shown("day", "en-GB", "America/New_York"), "31 Mar 2026");
    assert.equal(shown("day", "en-GB", "Pacific/Auckland"), "1 Apr 2026");
    assert.equal(shown("clock", "en-GB", "Europe/Paris"), "04:30:05");
  });

  it("is written as the visitor's region does, on every page alike", () => {
    assert.equal(shown("moment", "en-US", "America/New_York"), "Mar 31, 2026, 10:30 PM");
    assert.equal(shown("clock", "en-US", "America/New_York"), "10:30:05 PM");
  });
});

describe("a moment to come", () => {
  const coming = (now, locale, zone) => plain(localTime(LATE, "coming", [locale], zone, Date.parse(now)));

  it("is told by the name of its day where the visitor is", () => {
    assert.equal(coming("2026-03-31T20:00:00Z", "en-GB", "America/New_York"), "today, 22:30");
    assert.equal(coming("2026-03-31T20:00:00Z", "fr-FR", "Europe/Paris"), "demain, 04:30");
    assert.equal(coming("2026-03-26T20:00:00Z", "en-GB", "Europe/Paris"), "Wednesday, 04:30");
  });

  it("has its date where it is a week away, or over", () => {
    assert.equal(coming("2026-03-25T12:00:00Z", "en-GB", "Europe/Paris"), "1 Apr 2026, 04:30");
    assert.equal(coming("2026-04-02T12:00:00Z", "en-GB", "Europe/Paris"), "1 Apr 2026, 04:30");
  });
});

describe("a day of the calendar", () => {
  it("is the same everywhere", () => {
    for (const zone of ["America/New_York", "Pacific/Auckland", "UTC"]) {
      assert.equal(shown("day", "en-GB", zone, "2026-04-01"), "1 Apr 2026");
      assert.equal(shown("short-day", "en-US", zone, "2026-04-01"), "Apr 1");
    }
  });
});

describe("the way of writing", () => {
  it("follows the region of a visitor who reads the page's language, and else the page", () => {
    assert.deepEqual(localesFor("en", ["fr-FR", "en-GB", "en"]), ["en-GB", "en"]);
    assert.deepEqual(localesFor("en", ["fr-FR"]), ["en"]);
  });
});
