import assert from "node:assert/strict";
import { test } from "node:test";
import { BLOCK, Files, LARGEST, nameOf } from "../../../calls/static/calls/room/files.js";

/** Two ends of a channel. `loses(data)`: what does not arrive; `changes(data)`: what arrives otherwise. */
class Wire extends EventTarget {
  readyState = "open";
  bufferedAmount = 0;
  sent = [];

  constructor(to, { changes = (data) => data } = {}) {
    super();
    Object.assign(this, { to, changes });
  }

  send(data) {
    if (this.readyState !== "open") throw new Error("not open");
    this.sent.push(data);
    const arrives = this.changes(data);
    if (arrives !== null) queueMicrotask(() => this.readyState === "open" && this.to().hear(arrives));
  }

  close() {
    this.readyState = "closed";
    this.dispatchEvent(new Event("close"));
  }
}

function two(how = {}) {
  const alice = new Files({ change() {} });
  const bob = new Files({ change() {} });
  return { alice, bob, ...connect(alice, bob, how) };
}

function connect(alice, bob, how = {}) {
  const hers = new Wire(() => bob, how);
  const his = new Wire(() => alice);
  alice.use(hers);
  bob.use(his);
  return { hers, his };
}

async function until(is, what) {
  for (let turn = 0; turn < 2000; turn += 1) {
    if (is()) return;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert.fail(`in vain: ${what}`);
}

const bytes = (size) => Uint8Array.from({ length: size }, (_, at) => (at * 31 + (at >> 10)) % 251);
const file = (size, name = "lease.pdf") => new File([bytes(size)], name);
const states = (files) => files.transfers.map(({ state }) => state);

test("what is accepted arrives whole, and both know it", async () => {
  const { alice, bob } = two();
  const size = 2 * BLOCK + 12_345;
  assert.equal(alice.offer(file(size)), true);
  await until(() => bob.transfers.length === 1, "the offer");
  assert.deepEqual([bob.transfers[0].name, bob.transfers[0].size, bob.transfers[0].done], ["lease.pdf", size, 0]);
  bob.accept(bob.transfers[0].id);
  await until(() => states(alice)[0] === "done" && states(bob)[0] === "done", "the file");
  assert.deepEqual(new Uint8Array(await bob.transfers[0].blob.arrayBuffer()), bytes(size));
  assert.equal(bob.transfers[0].blob.type, "application/octet-stream");
});

test("nothing is sent before it is accepted, and nothing after it is refused", async () => {
  const { alice, bob, hers } = two();
  alice.offer(file(BLOCK));
  await until(() => bob.transfers.length === 1, "the offer");
  assert.equal(hers.sent.length, 1);
  bob.stop(bob.transfers[0].id);
  await until(() => states(alice)[0] === "refused", "the refusal");
  assert.deepEqual([states(bob), hers.sent.length], [["refused"], 1]);
});

test("two files that are accepted at once arrive one after the other, also over a connection that was cut", async () => {
  const { alice, bob, hers } = two();
  alice.offer(file(3 * BLOCK, "long.pdf"));
  alice.offer(file(BLOCK, "short.pdf"));
  await until(() => bob.transfers.length === 2, "the offers");
  for (const { id } of bob.transfers) bob.accept(id);
  await until(() => bob.transfers[0].done > 0, "a beginning");
  hers.close();
  for (const each of [alice, bob]) each.lost();
  connect(alice, bob);
  await until(() => [...states(alice), ...states(bob)].every((state) => state === "done"), "both files");
  assert.deepEqual(new Uint8Array(await bob.transfers[0].blob.arrayBuffer()), bytes(3 * BLOCK));
  assert.deepEqual(new Uint8Array(await bob.transfers[1].blob.arrayBuffer()), bytes(BLOCK));
});

test("a file that is stopped, or can no longer be read, gives way to the next", async () => {
  const { alice, bob } = two();
  const gone = file(3 * BLOCK, "gone.pdf");
  gone.slice = () => ({ arrayBuffer: () => Promise.reject(new Error("moved away")) });
  for (const each of [gone, file(3 * BLOCK, "long.pdf"), file(BLOCK, "short.pdf")]) alice.offer(each);
  await until(() => bob.transfers.length === 3, "the offers");
  for (const { id } of bob.transfers) bob.accept(id);
  await until(() => states(bob)[0] === "stopped" && states(alice)[0] === "broken", "the end of what is gone");
  bob.stop(bob.transfers[1].id);
  await until(() => states(bob)[2] === "done", "the last one");
  assert.equal(states(alice)[1], "stopped");
});

test("after a cut it goes on with the first block that is missing", async () => {
  const { alice, bob, hers } = two();
  alice.offer(file(4 * BLOCK));
  await until(() => bob.transfers.length === 1, "the offer");
  bob.accept(bob.transfers[0].id);
  await until(() => bob.transfers[0].blocks.length >= 2, "two blocks");
  hers.close();
  alice.lost();
  bob.lost();
  assert.deepEqual([states(alice), states(bob)], [["waiting"], ["waiting"]]);
  const had = bob.transfers[0].blocks.length;
  const { hers: next, his } = connect(alice, bob);
  assert.deepEqual(JSON.parse(his.sent[0]), { type: "want", id: bob.transfers[0].id, from: had });
  await until(() => states(bob)[0] === "done", "the rest");
  assert.deepEqual(new Uint8Array(await bob.transfers[0].blob.arrayBuffer()), bytes(4 * BLOCK));
  const blocks = next.sent.filter((data) => typeof data === "string").map((text) => JSON.parse(text)).filter(({ type }) => type === "block");
  assert.equal(blocks[0].index, had);
});

test("an offer that was not answered before the cut is made again, once", async () => {
  const { alice, bob } = two();
  alice.offer(file(10));
  await until(() => bob.transfers.length === 1, "the offer");
  connect(alice, bob);
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(bob.transfers.length, 1);
  const anew = new Files({ change() {} }); // bob has loaded the page again
  connect(alice, anew);
  await until(() => anew.transfers.length === 1, "the offer again");
});

test("a block that was changed on the way is asked for again; changed each time it is given up", async () => {
  let changed = 0;
  const once = (data) => (typeof data === "string" || changed++ ? data : new Uint8Array(data).fill(7).buffer);
  const { alice, bob } = two({ changes: once });
  alice.offer(file(BLOCK + 5));
  await until(() => bob.transfers.length === 1, "the offer");
  bob.accept(bob.transfers[0].id);
  await until(() => states(bob)[0] === "done", "the file");
  assert.deepEqual(new Uint8Array(await bob.transfers[0].blob.arrayBuffer()), bytes(BLOCK + 5));

  const always = two({ changes: (data) => (typeof data === "string" ? data : new Uint8Array(data).fill(7).buffer) });
  always.alice.offer(file(100));
  await until(() => always.bob.transfers.length === 1, "the offer");
  always.bob.accept(always.bob.transfers[0].id);
  await until(() => states(always.alice)[0] === "stopped", "the end");
  assert.deepEqual([states(always.bob), always.bob.transfers[0].blob], [["broken"], null]);
});

test("either stops it on the way", async () => {
  for (const who of ["alice", "bob"]) {
    const { alice, bob } = two();
    alice.offer(file(8 * BLOCK));
    await until(() => bob.transfers.length === 1, "the offer");
    bob.accept(bob.transfers[0].id);
    await until(() => bob.transfers[0].done > 0, "a piece");
    ({ alice, bob })[who].stop(bob.transfers[0].id);
    await until(() => states(alice)[0] === "stopped" && states(bob)[0] === "stopped", `the stop by ${who}`);
    assert.equal(bob.transfers[0].blob, null);
  }
});

test("a full channel is waited for", async () => {
  const { alice, bob, hers } = two();
  alice.offer(file(BLOCK));
  await until(() => bob.transfers.length === 1, "the offer");
  hers.bufferedAmount = 2 * 2 ** 20;
  bob.accept(bob.transfers[0].id);
  await until(() => hers.sent.length === 2, "the head of the block");
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(hers.sent.length, 2);
  hers.bufferedAmount = 0;
  hers.dispatchEvent(new Event("bufferedamountlow"));
  await until(() => states(bob)[0] === "done", "the file");
});

test("nothing and too much are not offered", () => {
  const { alice } = two();
  assert.equal(alice.offer(new File([], "empty")), false);
  assert.equal(alice.offer({ name: "large", size: LARGEST + 1 }), false);
  assert.deepEqual(alice.transfers, []);
});

test("what a hostile browser says is left", async () => {
  const { bob, his } = two();
  const say = (said) => bob.hear(typeof said === "string" ? said : JSON.stringify(said));
  for (const said of [
    "{", "null", "[]", "7", { type: "offer" }, { type: "offer", id: "a", name: "x", size: -1 }, { type: "offer", id: "a", name: "x", size: LARGEST + 1 },
    { type: "offer", id: "a", name: "x", size: 1.5 }, { type: "offer", id: 1, name: "x", size: 1 }, { type: "want", id: "a", from: 0 },
    { type: "have", id: "a" }, { type: "block", id: "a", index: 0, length: 1, sha256: "" }, { type: "stop", id: "a" },
  ]) await say(said);
  await bob.hear(new Uint8Array(50).buffer);
  assert.deepEqual(bob.transfers, []);
  for (let number = 0; number < 8; number += 1) await say({ type: "offer", id: `o${number}`, name: "x", size: 5 });
  assert.equal(bob.transfers.length, 5);
  assert.equal(his.sent.filter((text) => JSON.parse(text).type === "stop").length, 3);
  bob.accept("o0");
  await say({ type: "block", id: "o0", index: 0, length: 500, sha256: "" });
  await bob.hear(new Uint8Array(500).buffer);
  assert.deepEqual([bob.transfers[0].state, bob.transfers[0].done], ["going", 0]);
  await say({ type: "block", id: "o0", index: 0, length: 5, sha256: "00" });
  await bob.hear(new Uint8Array(5000).buffer);
  assert.equal(bob.transfers[0].blob, null);
});

test("a name is a name and no path, and hides no ending", () => {
  assert.equal(nameOf("../../etc/passwd"), "passwd");
  assert.equal(nameOf("C:\\Windows\\cmd.exe"), "cmd.exe");
  assert.equal(nameOf("..."), "file");
  assert.equal(nameOf(".bashrc"), "bashrc");
  assert.equal(nameOf("photo\u202egpj.exe"), "photogpj.exe");
  assert.equal(nameOf(""), "file");
  assert.equal(nameOf(`${"x".repeat(400)}.pdf`).endsWith(".pdf"), true);
});
