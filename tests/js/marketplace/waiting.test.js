import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Turns, coarse, placeWord, timeLeft } from "../../../marketplace/static/marketplace/waiting.js";

const MINUTE = 60_000;
const wait = (id, more = {}) => ({ expert: { id, name: "Bob", slug: "bob" }, line: "", place: 1, state: "free", back_at: null, estimate: null, turn_until: null, ...more });

describe("a turn", () => {
  it("is shown while it lasts", () => {
    const turns = new Turns();
    assert.equal(turns.update([wait(5)]).shown, null);
    assert.equal(turns.update([wait(5, { turn_until: 60_000 })]).shown.expert.id, 5);
  });

  it("that was taken back says that the place is kept", () => {
    const turns = new Turns();
    turns.update([wait(5, { turn_until: 60_000 })]);
    const { shown, gone, kept } = turns.update([wait(5)]);
    assert.deepEqual([shown, gone.expert.id, kept.place], [null, 5, 1]);
  });

  it("that is over says so once", () => {
    const turns = new Turns();
    turns.update([wait(5, { turn_until: 60_000 })]);
    const { gone, kept } = turns.update([]);
    assert.deepEqual([gone.expert.id, kept], [5, null]);
    assert.equal(turns.update([]).gone, null);
  });

  it("that this window took or passed on is not told, and not shown again", () => {
    const turns = new Turns();
    const list = [wait(5, { turn_until: 60_000 })];
    turns.update(list);
    turns.settledHere();
    assert.deepEqual(turns.update(list), { shown: null, gone: null, kept: null, out: null });
    assert.deepEqual(turns.update([]), { shown: null, gone: null, kept: null, out: null });
  });

  it("shows again when what this window sent was refused", () => {
    const turns = new Turns();
    turns.update([wait(5, { turn_until: 60_000 })]);
    turns.settledHere();
    assert.equal(turns.takeBack().shown.expert.id, 5);
  });

  it("is one at a time, and the one that is shown stays", () => {
    const turns = new Turns();
    turns.update([wait(5, { turn_until: 60_000 })]);
    const both = [wait(4, { turn_until: 70_000 }), wait(5, { turn_until: 60_000 })];
    assert.equal(turns.update(both).shown.expert.id, 5);
    turns.settledHere();
    assert.equal(turns.update(both).shown.expert.id, 4);
  });

  it("anew is a new one", () => {
    const turns = new Turns();
    turns.update([wait(5, { turn_until: 60_000 })]);
    turns.settledHere();
    assert.equal(turns.update([wait(5, { turn_until: 90_000 })]).shown.turn_until, 90_000);
  });
});

describe("a place in line", () => {
  it("that is gone says so once, and not while it is there", () => {
    const turns = new Turns();
    assert.equal(turns.update([wait(5)]).out, null);
    assert.equal(turns.update([wait(5)]).out, null);
    assert.equal(turns.update([]).out.expert.id, 5);
    assert.equal(turns.update([]).out, null);
  });

  it("that ended by a ring is no news: neither by one's own, in whatever window, nor by a call back", () => {
    const turns = new Turns();
    turns.update([wait(5)]);
    assert.equal(turns.update([], [5]).out, null);
    turns.update([wait(5)], [5]); // it rings back
    assert.equal(turns.update([], []).out, null); // answered
  });

  it("is no news either where a turn was taken in another window", () => {
    const turns = new Turns();
    turns.update([wait(5, { turn_until: 60_000 })]);
    assert.equal(turns.update([], [5]).gone, null);
  });
});

describe("the time left", () => {
  const estimate = { each_ms: 10 * MINUTE, since: 0 };

  it("is what is left of the call that goes on, and a call for each who comes before", () => {
    assert.equal(timeLeft(wait(5, { place: 1, estimate }), 4 * MINUTE), 6 * MINUTE);
    assert.equal(timeLeft(wait(5, { place: 3, estimate }), 4 * MINUTE), 26 * MINUTE);
  });

  it("of a call that goes on for longer than most is never below zero", () => {
    assert.equal(timeLeft(wait(5, { place: 1, estimate }), 40 * MINUTE), 0);
    assert.equal(timeLeft(wait(5, { place: 2, estimate }), 40 * MINUTE), 10 * MINUTE);
  });

  it("with no call that goes on is that of the others", () => {
    assert.equal(timeLeft(wait(5, { place: 2, estimate: { each_ms: MINUTE, since: null } }), 0), MINUTE);
  });

  it("is nobody's guess without enough calls", () => {
    assert.equal(timeLeft(wait(5), 0), null);
  });

  it("is told coarsely", () => {
    const told = [0, 0.9, 1, 2.4, 2.5, 7.4, 7.5, 49, 50, 89, 90, 200].map((minutes) => coarse(minutes * MINUTE));
    assert.deepEqual(
      told.map(({ word, number }) => `${word} ${number}`),
      ["any_moment 0", "any_moment 0", "about_two_minutes 2", "about_two_minutes 2", "about_minutes 5", "about_minutes 5"]
        .concat(["about_minutes 10", "about_minutes 50", "about_an_hour 1", "about_an_hour 1", "about_hours 2", "about_hours 3"]),
    );
  });
});

describe("a place", () => {
  it("is counted as the language counts", () => {
    assert.deepEqual([1, 2, 3, 4, 11, 21].map((place) => placeWord(place, "en").slice(8)), ["one", "two", "few", "other", "other", "one"]);
  });
});
