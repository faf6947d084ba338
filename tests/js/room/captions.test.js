import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Captions } from "../../../calls/static/calls/room/captions.js";
import { settle } from "./world.js";

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
});

/** One page's end: what it told its person, and the sound that it sends. */
class Page {
  told = [];
  listening = [];

  constructor({ works = true, elapsed = () => 0 } = {}) {
    const listen = async (heard) => {
      if (!works) throw new Error("no worklet");
      const begun = { heard, followed: 0, ended: false, follow: () => (begun.followed += 1), end: () => (begun.ended = true) };
      this.listening.push(begun);
      return begun;
    };
    this.captions = new Captions({ change() {}, told: (what) => this.told.push(what), listen, elapsed });
  }

  connect(other) {
    this.sent = [];
    const send = (text) => {
      this.sent.push(JSON.parse(text).type);
      other.captions.hear(text);
    };
    this.captions.use({ readyState: "open", send });
  }

  get texts() {
    return this.captions.lines.map(({ mine, text }) => [mine, text]);
  }
}

function two(how = {}) {
  const [alice, bob] = [new Page(how), new Page(how)];
  alice.connect(bob);
  bob.connect(alice);
  for (const { captions } of [alice, bob]) captions.otherIs(true);
  return { alice, bob };
}

async function agreed() {
  const pages = two();
  pages.alice.captions.ask();
  pages.bob.captions.allow();
  await settle();
  return pages;
}

test("nobody's sound is sent by the question", async () => {
  const { alice, bob } = two();
  alice.captions.ask();
  await settle();
  assert.deepEqual([alice.captions.others, bob.captions.own, bob.captions.isAsked], ["asking", "considered", true]);
  assert.deepEqual(bob.told, ["asked"]);
  assert.deepEqual([alice.listening, bob.listening], [[], []]);
});

test("allowed, the speaker's sound is sent, and both read what was said", async () => {
  const { alice, bob } = await agreed();
  assert.deepEqual([bob.captions.own, alice.captions.others, alice.listening.length], ["on", "on", 0]);
  assert.deepEqual([alice.told, bob.told], [["theirs_on"], ["asked", "own_on"]]);
  bob.listening[0].heard.text("Good morning");
  assert.deepEqual(bob.texts, [[true, "Good morning"]]);
  assert.deepEqual(alice.texts, [[false, "Good morning"]]);
});

test("refused, nothing is sent, and the asker is told", async () => {
  const { alice, bob } = two();
  alice.captions.ask();
  bob.captions.refuse();
  await settle();
  assert.deepEqual([alice.captions.others, bob.captions.own, bob.listening], ["off", "off", []]);
  assert.deepEqual(alice.told, ["refused"]);
});

test("who refused is not asked again for a minute", () => {
  let now = 0;
  const { alice, bob } = two({ elapsed: () => now });
  alice.captions.ask();
  bob.captions.refuse();
  now = 59_000;
  alice.captions.ask();
  assert.deepEqual([bob.captions.own, alice.told], ["off", ["refused", "refused"]]);
  now = 61_000;
  alice.captions.ask();
  assert.equal(bob.captions.own, "considered");
});

test("one captions oneself unasked, once one has read what it means", async () => {
  const { alice, bob } = two();
  bob.captions.consider();
  assert.deepEqual([bob.captions.own, bob.sent], ["considered", []]);
  bob.captions.refuse();
  assert.deepEqual([bob.captions.own, bob.sent], ["off", []]);
  bob.captions.consider();
  bob.captions.allow();
  await settle();
  assert.deepEqual([alice.captions.others, bob.listening.length], ["on", 1]);
});

test("either stops it at once", async () => {
  for (const stop of [({ bob }) => bob.captions.stopOwn(), ({ alice }) => alice.captions.stopOthers()]) {
    const pages = await agreed();
    stop(pages);
    const { alice, bob } = pages;
    assert.deepEqual([bob.captions.own, alice.captions.others, bob.listening[0].ended], ["off", "off", true]);
    bob.listening[0].heard.text("Too late");
    assert.deepEqual([alice.texts, bob.texts], [[], []]);
  }
});

test("the question is taken back", () => {
  const { alice, bob } = two();
  alice.captions.ask();
  alice.captions.stopOthers();
  assert.deepEqual([alice.captions.others, bob.captions.own, bob.told], ["off", "off", ["asked"]]);
});

test("a page that was loaded anew is asked anew", async () => {
  const { alice, bob } = await agreed();
  bob.captions.lost();
  alice.captions.lost();
  assert.deepEqual([bob.captions.own, bob.listening[0].ended, alice.captions.others], ["off", true, "off"]);
  assert.deepEqual([alice.told.at(-1), bob.told.at(-1)], ["lost", "lost"]);
  alice.connect(bob);
  bob.connect(alice);
  await settle();
  assert.equal(bob.listening.length, 1);
});

test("where the sound cannot be sent, both are told that it is not", async () => {
  const { alice, bob } = two({ works: false });
  alice.captions.ask();
  bob.captions.allow();
  await settle();
  assert.deepEqual([bob.captions.own, bob.told.at(-1)], ["off", "failed"]);
  assert.deepEqual([alice.captions.others, alice.told.at(-1)], ["off", "theirs_off"]);
});

test("a stop that comes while the sound begins is heeded", async () => {
  const { bob } = two();
  bob.captions.consider();
  bob.captions.allow();
  bob.captions.stopOwn();
  await settle();
  assert.deepEqual(bob.listening.map(({ ended }) => ended), [true]);
});

test("another microphone is followed", async () => {
  const { bob } = await agreed();
  bob.captions.follow();
  assert.equal(bob.listening[0].followed, 1);
});

test("two lines stay, and each is cut to a length", async () => {
  const { alice, bob } = await agreed();
  for (const text of ["one", "two", "x".repeat(501)]) bob.listening[0].heard.text(text);
  assert.deepEqual(alice.texts, [[false, "two"], [false, "x".repeat(500)]]);
});

test("what another program sends in its place changes nothing", async () => {
  const { alice } = two();
  const wrong = ["", "[", "null", "7", '"ask"', "{}", '{"type":"text","text":"x"}', '{"type":"off"}', '{"type":"no"}', '{"type":"stop"}'];
  for (const data of [...wrong, new ArrayBuffer(8)]) alice.captions.hear(data);
  assert.deepEqual([alice.captions.own, alice.captions.others, alice.texts, alice.told], ["off", "off", [], []]);
  alice.captions.hear('{"type":"on"}');
  for (const text of ["7", "{}", '""', "null"]) alice.captions.hear(`{"type":"text","text":${text}}`);
  assert.deepEqual(alice.texts, []);
});

test("without a connection nobody is asked and nothing is allowed", async () => {
  const { captions, listening } = new Page();
  captions.ask();
  captions.consider();
  captions.allow();
  await settle();
  assert.deepEqual([captions.isReady, captions.others, captions.own, listening], [false, "off", "off", []]);
});

test("who was stopped and goes on is told again, and shows nothing", async () => {
  const { alice, bob } = await agreed();
  alice.captions.stopOthers();
  alice.captions.hear(JSON.stringify({ type: "on" }));
  assert.equal(alice.captions.others, "off");
  assert.equal(alice.sent.at(-1), "stop");
  alice.captions.ask();
  bob.captions.allow();
  assert.equal(alice.captions.others, "on");
});

test("a page that speaks without end is heard no more for a while", () => {
  let now = 0;
  const { alice } = two({ elapsed: () => now });
  for (let round = 0; round < 1_000; round += 1) {
    for (const type of ["on", "off"]) alice.captions.hear(JSON.stringify({ type }));
  }
  assert.equal(alice.told.length, 20);
  now += 10_000;
  alice.captions.hear(JSON.stringify({ type: "on" }));
  assert.equal(alice.told.length, 21);
});

test("a no holds over a new connection", () => {
  const { alice, bob } = two();
  alice.captions.ask();
  bob.captions.refuse();
  for (const page of [alice, bob]) page.captions.lost();
  alice.connect(bob);
  bob.connect(alice);
  alice.captions.ask();
  assert.deepEqual([alice.captions.others, bob.captions.isAsked], ["off", false]);
});

for (const left of ["alice", "bob"]) {
  test(`ten seconds without the other end all of it, if ${left} is left alone`, async () => {
    const pages = await agreed();
    const { alice, bob } = pages;
    bob.listening[0].heard.text("Hello");
    pages[left].captions.otherIs(false);
    mock.timers.tick(9999);
    assert.deepEqual([bob.captions.own, alice.captions.others, bob.listening[0].ended], ["on", "on", false]);
    mock.timers.tick(1);
    assert.deepEqual([bob.captions.own, alice.captions.others, bob.listening[0].ended], ["off", "off", true]);
    assert.equal(pages[left].told.at(-1), "gone");
    assert.deepEqual(pages[left].texts, []);
  });
}

test("back within ten seconds, they go on", async () => {
  const { alice, bob } = await agreed();
  bob.captions.otherIs(false);
  assert.equal(bob.captions.isRead, false);
  mock.timers.tick(9000);
  bob.captions.otherIs(true);
  mock.timers.tick(9000);
  assert.deepEqual([bob.captions.own, bob.captions.isRead, bob.told.at(-1)], ["on", true, "own_on"]);
  assert.equal(alice.captions.others, "on");
});

test("where the other is not there from the beginning, they end as well", async () => {
  const { bob } = two();
  bob.captions.otherIs(false);
  mock.timers.tick(60_000);
  bob.captions.consider();
  bob.captions.allow();
  await settle();
  mock.timers.tick(10_000);
  assert.deepEqual([bob.captions.own, bob.told.at(-1)], ["off", "gone"]);
});

test("who has no captions hears nothing of it when the other goes", () => {
  const { alice } = two();
  alice.captions.otherIs(false);
  mock.timers.tick(10_000);
  assert.deepEqual(alice.told, []);
});

test("a question about them goes with who asked it", () => {
  const { alice, bob } = two();
  alice.captions.ask();
  bob.captions.otherIs(false);
  mock.timers.tick(10_000);
  assert.deepEqual([bob.captions.own, bob.captions.isAsked], ["off", false]);
});

test("of a program that has no captions one asks for a minute, and reads that no answer came", () => {
  const alice = new Page();
  const silent = { captions: { hear() {} } };
  alice.connect(silent);
  alice.captions.otherIs(true);
  alice.captions.ask();
  mock.timers.tick(59_999);
  assert.deepEqual([alice.captions.others, alice.told], ["asking", []]);
  mock.timers.tick(1);
  assert.deepEqual([alice.captions.others, alice.told], ["off", ["unanswered"]]);
  assert.deepEqual(alice.sent, ["ask", "stop"]);
  alice.captions.ask();
  assert.equal(alice.captions.others, "asking");
});

test("who thinks about it for a minute is asked no more, and their answer is too late", async () => {
  const { alice, bob } = two();
  alice.captions.ask();
  mock.timers.tick(60_000);
  assert.deepEqual([bob.captions.own, bob.captions.isAsked, bob.told], ["off", false, ["asked"]]);
  bob.captions.allow();
  assert.deepEqual([bob.captions.own, alice.captions.others, bob.listening], ["off", "off", []]);
});

test("a minute after the answer nothing is taken back, nor a minute after an older question", async () => {
  const { alice, bob } = await agreed();
  mock.timers.tick(60_000);
  assert.deepEqual([bob.captions.own, alice.captions.others], ["on", "on"]);
  alice.captions.stopOthers();
  alice.captions.ask();
  mock.timers.tick(30_000);
  alice.captions.stopOthers();
  alice.captions.ask();
  mock.timers.tick(59_999);
  assert.equal(alice.captions.others, "asking");
});

test("why it ended is told, and the other reads that it did", async () => {
  for (const why of ["busy", "used_up", "unheard"]) {
    const { alice, bob } = await agreed();
    bob.listening[0].heard.failed(why);
    assert.deepEqual([bob.captions.own, bob.told.at(-1), alice.captions.others], ["off", why, "off"]);
  }
});
