import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { ceiling, cut, inLocalDays, labelled, steps, sumOnAxis } from "../../../payouts/static/payouts/earnings/bars.js";

const EURO = { currency: "EUR", decimals: 2 };
const plain = (text) => text.replaceAll(/\s/g, " ");

describe("labels below the bars", () => {
  it("are all there when they have room", () => {
    assert.deepEqual(labelled(3, 12), [0, 1, 2]);
  });

  it("are thinned out evenly when they have not, and the newest keeps its own", () => {
    assert.deepEqual(labelled(30, 5.5), [5, 11, 17, 23, 29]);
    assert.deepEqual(labelled(30, 0), [29]);
  });

  it("are cut where they are too long, between whole characters", () => {
    assert.equal(cut("Translation", 11), "Translation");
    assert.equal(cut("Sworn translation", 7), "Sworn…");
    assert.equal(cut("😀😀😀", 2), "😀…");
  });
});

describe("the days of bars", () => {
  const bar = { title: "Week from 16 Mar 2026", short: "16 Mar", day: "2026-03-16", minor: 700, sum: "€7.00" };
  const local = (day, shown) => `${shown} of ${day}`;

  it("are written as the other dates of the page", () => {
    const [{ title, short, minor }] = inLocalDays({ bars: [bar], title: "Week from {day}" }, local);
    assert.deepEqual([title, short, minor], ["Week from day of 2026-03-16", "short-day of 2026-03-16", 700]);
  });

  it("leave months and listings as the server called them", () => {
    const month = { ...bar, title: "March 2026", short: "Mar", day: "" };
    assert.deepEqual(inLocalDays({ bars: [month], title: "{day}" }, local), [month]);
  });
});

describe("the axis of sums", () => {
  it("says whole sums without decimals, as the language writes them", () => {
    assert.equal(sumOnAxis(2_000, EURO, "en"), "€20");
    assert.equal(sumOnAxis(250, EURO, "en"), "€2.50");
    assert.equal(plain(sumOnAxis(250, EURO, "fr")), "2,50 €");
    assert.equal(sumOnAxis(250, { currency: "JPY", decimals: 0 }, "en"), "¥250");
  });

  it("is divided at whole minor units, and leaves room above the highest bar", () => {
    assert.deepEqual(steps().slice(0, 5), [1, 2, 5, 10, 20]);
    assert.equal(ceiling([{ title: "", short: "", day: "", sum: "", minor: 1_000 }]), 1_100);
    assert.equal(ceiling([]), 1);
  });
});
