import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { FakeButton, FakeDialog, FakeElement, fakeDocument } from "../fake_document.js";
import "../one_static_folder.js";

const { IncomingCalls } = await import("../../../marketplace/static/marketplace/page/incoming.js");

/** What was told stands in it. */
const place = (element) => Object.assign(element, { append: (notice) => { element.told = notice.textContent; } });

let body;
let calls;
let dialog;
let facts;
let answer;
let decline;

const ring = (call, name) => ({
  call, back: false, asked: true, line: "", until: 45_000, has_ten_minutes: true, agreed_rate: null, max_rate: null,
  caller: { id: call, name, guest: false, language: "en", past_calls: 0 },
});

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  [body, dialog, facts] = [place(new FakeElement()), place(new FakeDialog()), new FakeElement()];
  [answer, decline] = [new FakeButton(), new FakeButton()];
  fakeDocument({ "ring-dialog": dialog, "ring-facts": facts, "ring-answer": answer, "ring-decline": decline }, {
    title: "My page", visibilityState: "visible", body, documentElement: { lang: "en" }, addEventListener: () => {},
    querySelector: (what) => (what === "dialog[open]" && dialog.open ? dialog : null),
  });
  const words = { taken: "Another expert answered {name} first.", elsewhere: "Answered in another window.", is_calling: "{name} is calling",
    speaks: "{language}", first_call: "First call", has_credit: "Credit", rings_at_others: "Rings at others", at_most: "At most {rate}", rings_for: "{seconds} s", ringing_title: "Call" };
  const tone = { wake: () => {}, start: () => {}, stop: () => {} };
  calls = new IncomingCalls({ serverNow: 0, send: () => true }, words, tone);
});

test("that another expert was faster is told on the page once nothing rings, and not in the dialog that closes", () => {
  calls.update([ring(1, "Alice")], [], []);
  assert.equal(dialog.open, true);
  calls.update([], [], [1]);
  assert.equal(dialog.open, false);
  assert.equal(body.told, "Another expert answered Alice first.");
});

test("while somebody else rings it is told in the dialog, which hides the page", () => {
  calls.update([ring(1, "Alice"), ring(2, "Carla")], [], []);
  calls.update([ring(2, "Carla")], [1], []);
  assert.equal(dialog.open, true);
  assert.equal(dialog.told, "Answered in another window.");
  assert.equal(body.told, undefined);
});

test("the highest rate of an ask stands among what the expert decides by, and else nothing of it", () => {
  calls.update([{ ...ring(1, "Alice"), max_rate: "€2.00 per minute" }], [], []);
  assert.match(facts.textContent, /At most €2.00 per minute/);
  calls.update([], [1], []);
  calls.update([ring(2, "Carla")], [], []);
  assert.doesNotMatch(facts.textContent, /At most/);
});

test("who has answered here leaves this page, unless the server refuses or the connection was lost meanwhile", () => {
  const back = [() => calls.refused({ code: "call.over", text: "Over" }), () => calls.reconnected()];
  for (const [call, takenBack] of back.entries()) {
    calls.update([ring(call, "Alice")], [], []);
    assert.equal(calls.leaves, false);
    answer.press();
    assert.equal(calls.leaves, true);
    takenBack();
    assert.equal(calls.leaves, false);
  }
});

test("who has declined stays", () => {
  calls.update([ring(1, "Alice")], [], []);
  decline.press();
  assert.equal(calls.leaves, false);
});
