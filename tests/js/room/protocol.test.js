import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { RoomSocket } from "../../../calls/static/calls/room/protocol.js";
import { FakeSocket, settle, state } from "./world.js";

let seat;
let heard;

beforeEach((context) => {
  FakeSocket.all = [];
  seat = async () => ({ status: 200 });
  heard = { status: [], state: [], peer: [], signal: [], error: [] };
  mock.timers.enable({ apis: ["setTimeout"] });
  context.after?.(() => mock.timers.reset());
});

function start() {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  const on = Object.fromEntries(Object.keys(heard).map((kind) => [kind, (value) => heard[kind].push(value)]));
  const world = { WebSocket: FakeSocket, fetch: (...asked) => seat(...asked), random: () => 0.5 };
  const socket = new RoomSocket({ url: "ws://here/ws/room/abc/", seatUrl: "/r/abc/seat", on, world });
  socket.start();
  return socket;
}

function opened(message = state()) {
  const socket = start();
  FakeSocket.last.open();
  FakeSocket.last.say(message);
  return socket;
}

test("an onlooker is told the state and does not join by itself", () => {
  const socket = opened();
  assert.equal(socket.status, "open");
  assert.equal(heard.state.length, 1);
  assert.deepEqual(FakeSocket.last.sent, []);
});

test("ping is answered at once", () => {
  opened();
  FakeSocket.last.say({ type: "ping" });
  assert.deepEqual(FakeSocket.last.types(), ["pong"]);
});

test("join names this page", () => {
  const socket = opened();
  socket.join();
  assert.deepEqual(FakeSocket.last.sent, [{ type: "join", page: socket.page }]);
  assert.match(socket.page, /^[\w-]{1,64}$/);
});

test("after a reconnection the seat is taken again by the same page", async () => {
  const socket = opened();
  socket.join();
  FakeSocket.last.say(state({ joined: true }));
  FakeSocket.last.end(1006);
  await settle();
  assert.equal(socket.status, "waiting");
  mock.timers.tick(250);
  assert.equal(FakeSocket.all.length, 2);
  FakeSocket.last.open();
  FakeSocket.last.say(state());
  assert.deepEqual(FakeSocket.last.sent, [{ type: "join", page: socket.page }]);
});

test("the waits double to a second, later five, and begin anew once the server has spoken", async () => {
  start();
  for (const wait of [250, 500, ...Array(30).fill(1000), 5000, 5000]) {
    const before = FakeSocket.all.length;
    FakeSocket.last.end();
    await settle();
    mock.timers.tick(wait - 1);
    assert.equal(FakeSocket.all.length, before, `not before ${wait} ms`);
    mock.timers.tick(1);
    assert.equal(FakeSocket.all.length, before + 1);
  }
  FakeSocket.last.open();
  FakeSocket.last.say(state());
  const before = FakeSocket.all.length;
  FakeSocket.last.end();
  await settle();
  mock.timers.tick(250);
  assert.equal(FakeSocket.all.length, before + 1);
});

test("when the network is back nobody waits", async () => {
  const socket = start();
  FakeSocket.last.end();
  await settle();
  socket.wake();
  assert.equal(FakeSocket.all.length, 2);
});

test("a refused socket asks why, and stops where coming back is no use", async () => {
  for (const [status, said] of [[401, "signed_out"], [404, "not_found"]]) {
    seat = async () => ({ status });
    const socket = start();
    FakeSocket.last.end(1006);
    await settle();
    assert.equal(socket.status, said);
    const count = FakeSocket.all.length;
    mock.timers.tick(60_000);
    assert.equal(FakeSocket.all.length, count);
  }
});

test("a socket that was open does not ask why; one that was signed out does", async () => {
  let asked = 0;
  seat = async () => {
    asked += 1;
    return { status: 401 };
  };
  const socket = opened();
  FakeSocket.last.end(1006);
  await settle();
  assert.deepEqual([asked, socket.status], [0, "waiting"]);
  socket.wake();
  FakeSocket.last.open();
  FakeSocket.last.say(state());
  FakeSocket.last.end(4003);
  await settle();
  assert.deepEqual([asked, socket.status], [1, "signed_out"]);
});

test("a dead network while asking why is a dead network", async () => {
  seat = async () => {
    throw new TypeError("Failed to fetch");
  };
  const socket = start();
  FakeSocket.last.end();
  await settle();
  assert.equal(socket.status, "waiting");
});

test("a newer window ends it until the person says otherwise", () => {
  const socket = opened();
  socket.join();
  FakeSocket.last.say({ type: "replaced" });
  assert.deepEqual([socket.status, socket.wanted], ["replaced", false]);
  mock.timers.tick(60_000);
  assert.equal(FakeSocket.all.length, 1);
  socket.takeOver();
  FakeSocket.last.open();
  FakeSocket.last.say(state());
  assert.deepEqual(FakeSocket.last.types(), ["join"]);
});

test("while paid time runs a socket that is dead though open is found within seconds", () => {
  const socket = opened();
  const first = FakeSocket.last;
  socket.check();
  assert.ok(!first.types().includes("echo"), "the server may just have nothing to say");
  socket.check();
  socket.check();
  assert.equal(first.types().filter((type) => type === "echo").length, 1);
  mock.timers.tick(2999);
  assert.equal(FakeSocket.last, first);
  mock.timers.tick(1);
  assert.notEqual(FakeSocket.last, first);
  assert.ok(first.closed);
});

test("one that answers is kept", () => {
  const socket = opened();
  const first = FakeSocket.last;
  for (let round = 0; round < 5; round += 1) {
    for (let time = 0; time < 2; time += 1) socket.check();
    mock.timers.tick(2000);
    first.say({ type: "echo" });
  }
  assert.equal(FakeSocket.last, first);
  assert.equal(first.types().filter((type) => type === "echo").length, 5);
});

test("a connection that takes ten seconds, or brings nothing for 25, is given up", () => {
  start();
  mock.timers.tick(10_000);
  assert.equal(FakeSocket.all.length, 2);
  assert.equal(FakeSocket.all[0].closed, true);
  FakeSocket.last.open();
  FakeSocket.last.say(state());
  mock.timers.tick(24_999);
  assert.equal(FakeSocket.all.length, 2);
  mock.timers.tick(1);
  assert.equal(FakeSocket.all.length, 3);
});

test("a probe that is not answered opens a new socket, whatever readyState says", () => {
  const socket = opened();
  socket.join();
  socket.probe();
  FakeSocket.last.say({ type: "peer", present: true, polite: true, page: "p" });
  mock.timers.tick(2000);
  assert.equal(FakeSocket.all.length, 1, "answered");
  socket.probe();
  mock.timers.tick(2000);
  assert.equal(FakeSocket.all.length, 2);
});

test("what an abandoned socket still brings is nobody's", () => {
  opened();
  const old = FakeSocket.last;
  mock.timers.tick(25_000);
  old.say(state());
  assert.equal(heard.state.length, 1);
});

test("who joined one call has not joined the next: joining would answer it", async () => {
  const socket = opened(state({ role: "expert" }));
  socket.join();
  FakeSocket.last.say(state({ role: "expert", joined: true }));
  FakeSocket.last.end();
  await settle();
  socket.wake();
  FakeSocket.last.open();
  FakeSocket.last.say(state({ role: "expert", call: { id: 18, state: "ringing" } }));
  assert.deepEqual([socket.wanted, FakeSocket.last.types()], [false, []]);
});

test("ringing again joins once it rings, and not when it was refused", () => {
  const socket = opened(state({ call: { state: "ended" } }));
  socket.ring();
  FakeSocket.last.say(state({ call: { state: "ended" } }));
  assert.deepEqual(FakeSocket.last.types(), ["ring"]);
  FakeSocket.last.say(state({ call: { id: 18, state: "ringing" } }));
  assert.deepEqual(FakeSocket.last.types(), ["ring", "join"]);

  const refused = opened(state({ call: { state: "ended" } }));
  refused.ring();
  FakeSocket.last.say({ type: "error", code: "ring.away", text: "Away.", re: "ring" });
  assert.equal(refused.wanted, false);
  assert.equal(heard.error.length, 1);
});

test("without a connection nothing is sent, and the page is told", async () => {
  const socket = opened();
  FakeSocket.last.end();
  await settle();
  assert.equal(socket.send("meter.pause", { period: 8 }), false);
});

test("a join that came too fast, or that the server failed at, is sent again, and the seat still wanted", () => {
  for (const code of ["too_fast", "internal"]) {
    const socket = opened();
    socket.join();
    FakeSocket.last.say({ type: "error", code, text: "…", re: "join" });
    assert.equal(socket.wanted, true);
    mock.timers.tick(1000);
    assert.deepEqual(FakeSocket.last.types(), ["join", "join"]);
  }
});
