import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { IncomingRings, OutgoingRing, fill, secondsLeft } from "../../../marketplace/static/marketplace/rings.js";

const ring = (call, more = {}) => ({ call, back: false, caller: { id: 3, name: "Alice", language: "en", past_calls: 0 }, line: "", has_ten_minutes: true, until: 0, ...more });
const outgoing = (state, more = {}) => ({ call: 17, back: false, expert: { id: 5, name: "Bob", slug: "bob" }, state, until: 45_000, room: null, ...more });

describe("an incoming ring", () => {
  it("is shown, and gone when it leaves the list", () => {
    const rings = new IncomingRings();
    assert.equal(rings.update([ring(17)]).shown.call, 17);
    assert.equal(rings.update([]).gone.call, 17);
  });

  it("is not told as gone when this window settled it", () => {
    const rings = new IncomingRings();
    rings.update([ring(17)]);
    rings.settledHere(17);
    assert.deepEqual(rings.update([]), { shown: null, gone: null });
  });

  it("stays closed after a decline although the list still has it", () => {
    const rings = new IncomingRings();
    rings.update([ring(17)]);
    rings.settledHere(17);
    assert.equal(rings.update([ring(17)]).shown, null);
  });

  it("shows again when what this window sent was refused", () => {
    const rings = new IncomingRings();
    rings.update([ring(17)]);
    rings.settledHere(17);
    rings.update([ring(17)]);
    rings.takeBack();
    assert.equal(rings.update([ring(17)]).shown.call, 17);
  });

  it("shows anew when no list came in between", () => {
    const rings = new IncomingRings();
    rings.update([ring(17)]);
    rings.settledHere(17);
    assert.equal(rings.takeBack().shown.call, 17);
    rings.settledHere(17);
    rings.forgetSettled();
    assert.equal(rings.shown, null, "what is shown is not taken for known");
    assert.equal(rings.update([ring(17)]).shown.call, 17);
  });

  it("that nobody pressed goes on through a new connection", () => {
    const rings = new IncomingRings();
    rings.update([ring(17)]);
    rings.forgetSettled();
    assert.equal(rings.shown.call, 17);
  });
});

describe("an outgoing ring", () => {
  it("rings, then leads this window to the room", () => {
    const mine = new OutgoingRing(5, null);
    mine.asked();
    mine.ringing(17);
    assert.deepEqual(mine.update(outgoing("ringing")), { phase: "ringing", call: 17, until: 45_000 });
    assert.deepEqual(mine.update(outgoing("answered", { room: "abc" })), { phase: "answered", room: "abc" });
  });

  it("shows in another window, which stays where it is", () => {
    const other = new OutgoingRing(5, null);
    assert.equal(other.update(outgoing("ringing")).phase, "ringing");
    assert.deepEqual(other.update(outgoing("answered", { room: "abc" })), { phase: "answered", room: null });
  });

  it("still leads to the room after the page was loaded again", () => {
    assert.deepEqual(new OutgoingRing(5, 17).update(outgoing("answered", { room: "abc" })), { phase: "answered", room: "abc" });
  });

  it("tells how it ended", () => {
    const mine = new OutgoingRing(5, null);
    mine.update(outgoing("ringing"));
    assert.deepEqual(mine.update(outgoing("missed")), { phase: "over", reason: "missed" });
    assert.equal(mine.update(null).phase, "over");
  });

  it("ignores the end of a call that it was not showing", () => {
    assert.equal(new OutgoingRing(5, null).update(outgoing("declined")).phase, "idle");
  });

  it("does not take the end of the ring before for the end of this one", () => {
    const mine = new OutgoingRing(5, null);
    mine.update(outgoing("ringing"));
    mine.update(outgoing("declined"));
    mine.asked();
    assert.equal(mine.update(outgoing("declined")).phase, "asked");
  });

  it("of another expert is not this page's", () => {
    assert.equal(new OutgoingRing(6, null).update(outgoing("ringing")).phase, "idle");
  });

  it("of somebody who is called back is another thing than one of an expert", () => {
    const back = { call: 17, back: true, caller: { id: 5, name: "Carol" }, state: "ringing", until: 45_000, room: null };
    assert.equal(new OutgoingRing(5, null).update(back).phase, "idle");
    assert.equal(new OutgoingRing(5, null, true).update(outgoing("ringing")).phase, "idle");
    assert.equal(new OutgoingRing(5, null, true).update(back).phase, "ringing");
  });

  it("that the server refused leaves the page as it was", () => {
    const mine = new OutgoingRing(5, null);
    mine.asked();
    mine.refused();
    assert.equal(mine.stage.phase, "idle");
  });
});

describe("words", () => {
  it("are filled in by name, and unknown names stay", () => {
    assert.equal(fill("{name} has {count} {what}", { name: "Bob", count: 2 }), "Bob has 2 {what}");
  });

  it("never count below zero", () => {
    assert.equal(secondsLeft(1000, 5000), 0);
    assert.equal(secondsLeft(1001, 0), 2);
  });
});
