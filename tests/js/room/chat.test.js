import assert from "node:assert/strict";
import { test } from "node:test";
import { Chat, OnItsWay, pieces } from "../../../calls/static/calls/room/chat.js";

const line = (id, by = 5) => ({ id, by, text: `line ${id}`, at: 0 });

test("each line is there once, in order, whatever comes twice or late", () => {
  const chat = new Chat();
  for (const id of [1, 3, 3, 2, 1]) chat.add(line(id), { mine: false, seen: true });
  assert.deepEqual(chat.lines.map(({ id }) => id), [1, 2, 3]);
});

test("what the other wrote is unread until it is looked at", () => {
  const chat = new Chat();
  chat.add(line(1), { mine: true, seen: false });
  chat.add(line(2), { mine: false, seen: true });
  assert.equal(chat.unread, 0);
  chat.add(line(3), { mine: false, seen: false });
  chat.add(line(3), { mine: false, seen: false });
  assert.equal(chat.unread, 1);
  chat.read();
  assert.equal(chat.unread, 0);
});

test("begun anew it is what follows, and only what nobody has read is news", () => {
  const chat = new Chat();
  for (const id of [1, 2]) chat.add(line(id), { mine: false, seen: false });
  chat.begin(2);
  assert.equal(chat.lines.length, 2, "nothing vanishes before the rest is there");
  assert.equal(chat.add(line(2), { mine: false, seen: false }), false);
  assert.equal(chat.add(line(3), { mine: false, seen: false }), true);
  assert.deepEqual([chat.lines.map(({ id }) => id), chat.unread], [[2, 3], 3]);
  chat.begin(0);
  assert.deepEqual([chat.lines, chat.unread], [[], 0]);
});

test("what was sent is on its way until it arrives, is refused, or seems to be lost", () => {
  const way = new OnItsWay();
  for (const text of ["Hi", "how are you", "Hi"]) way.sent(text);
  assert.equal(way.arrived("Hi"), false);
  assert.equal(way.refused(), "how are you");
  assert.equal(way.lost("how are you"), "", "it was given back already");
  assert.equal(way.lost("Hi"), "Hi");
  assert.equal(way.arrived("Hi"), true, "after all");
  assert.equal(way.arrived("Hi"), false);
  assert.equal(way.refused(), "");
});

test("addresses of pages become links, with what ends the sentence left out; nothing else does", () => {
  const hrefs = (text) => pieces(text).filter(({ href }) => href).map(({ href }) => href);
  assert.deepEqual(hrefs("See https://example.org/a?b=c#d, then (http://example.org/x)."), [
    "https://example.org/a?b=c#d", "http://example.org/x",
  ]);
  for (const text of [
    "javascript:alert(1)", "data:text/html,x", "www.example.org", "//example.org", "file:///etc/passwd", "https://", "mailto:a@b.c",
    "hxxps://example.org", "xhttps://example.org",
  ]) assert.deepEqual(hrefs(text), [], text);
  assert.deepEqual(hrefs("https://ex\u0430mple.org/x"), ["https://xn--exmple-4nf.org/x"]);
  assert.equal(pieces("\u202ehttps://e.org").map(({ text }) => text).join(""), "https://e.org");
  assert.equal(pieces("a <b>https://e.org</b> c").map(({ text }) => text).join(""), "a <b>https://e.org</b> c");
});
