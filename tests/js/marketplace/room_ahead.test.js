import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import "../one_static_folder.js";

const { RoomAhead } = await import("../../../marketplace/static/marketplace/page/room_ahead.js");

let fetched;
let loads;
let rules;
let ahead;
let looks;

beforeEach(() => {
  [fetched, loads, rules] = [[], 0, []];
  globalThis.fetch = async (address) => fetched.push(address);
  globalThis.HTMLScriptElement = { supports: (kind) => kind === "speculationrules" };
  globalThis.document = {
    visibilityState: "visible",
    addEventListener: (kind, listener) => { if (kind === "visibilitychange") looks = listener; },
    documentElement: { dataset: { prefix: "/fr" } },
    head: { append: (script) => rules.push(script) },
    createElement: () => ({ remove() { rules.splice(rules.indexOf(this), 1); } }),
  };
  ahead = new RoomAhead("/static/room.css", async () => { loads += 1; });
});

const pages = () => rules.map(({ type, textContent }) => [type, JSON.parse(textContent).prefetch.flatMap(({ urls }) => urls)]);

test("while it rings the room's page, scripts and styles are fetched, once", () => {
  ahead.ringing(17, "the/code");
  ahead.ringing(17, "the/code");
  assert.deepEqual([fetched, loads], [["/static/room.css"], 1]);
  assert.deepEqual(pages(), [["speculationrules", ["/fr/r/the%2Fcode/"]]]);
});

test("once nothing rings the page is dropped, and the next ring fetches it anew", () => {
  ahead.ringing(17, "code");
  ahead.over();
  assert.deepEqual(rules, []);
  ahead.ringing(18, "code");
  assert.equal(pages().length, 1);
});

test("of an ask the room is not known: only what all rooms are made of is fetched", () => {
  ahead.ringing(17, null);
  assert.deepEqual([fetched.length, loads, rules], [1, 1, []]);
});

test("a window that nobody looks at fetches nothing", () => {
  document.visibilityState = "hidden";
  ahead.ringing(17, "code");
  assert.deepEqual([fetched, loads, rules], [[], 0, []]);
});

test("once it is looked at it fetches what rings then", () => {
  document.visibilityState = "hidden";
  ahead.ringing(17, "code");
  document.visibilityState = "visible";
  looks();
  looks();
  assert.deepEqual([fetched.length, loads, pages().length], [1, 1, 1]);
});

test("and nothing of what rang before", () => {
  document.visibilityState = "hidden";
  ahead.ringing(17, "code");
  ahead.over();
  document.visibilityState = "visible";
  looks();
  assert.deepEqual([fetched, loads, rules], [[], 0, []]);
});

test("a browser that keeps no pages fetches what they are made of, and what fails is no error", async () => {
  delete HTMLScriptElement.supports;
  globalThis.fetch = () => Promise.reject(new Error("offline"));
  const lame = new RoomAhead("/static/room.css", () => Promise.reject(new Error("offline")));
  lame.ringing(17, "code");
  await new Promise(setImmediate);
  assert.deepEqual(rules, []);
});
