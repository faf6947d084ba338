import assert from "node:assert/strict";
import { test } from "node:test";
import { Chat, pieces } from "../../../calls/static/calls/room/chat.js";

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

test("begun anew it is empty", () => {
  const chat = new Chat();
  chat.add(line(1), { mine: false, seen: false });
  chat.begin();
  assert.deepEqual([chat.lines, chat.unread], [[], 0]);
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
  assert.equal(pieces("a <b>https://e.org</b> c").map(({ text }) => text).join(""), "a <b>https://e.org</b> c");
});
