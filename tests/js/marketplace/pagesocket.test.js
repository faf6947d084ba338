import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";

import { PageSocket, waitBeforeTry } from "../../../marketplace/static/marketplace/pagesocket.js";

/** Stands in for the browser's WebSocket. */
class Line {
  /** @type {Line[]} */
  static made = [];
  readyState = 0;
  sent = [];

  constructor(url) {
    this.url = url;
    Line.made.push(this);
  }

  opens() {
    this.readyState = 1;
    this.says({ type: "hello", now: 5000, member: 3 });
  }

  says(message) {
    this.onmessage({ data: JSON.stringify(message) });
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.readyState = 3;
  }

  drops() {
    this.readyState = 3;
    this.onclose();
  }
}

/** Stands in for time. */
class Clock {
  now = 0;
  waiting = new Map();
  made = 0;

  after = (what, ms) => {
    this.made += 1;
    this.waiting.set(this.made, [this.now + ms, what]);
    return this.made;
  };

  forget = (timer) => this.waiting.delete(timer);

  tick(ms) {
    this.now += ms;
    for (const [timer, [due, what]] of [...this.waiting]) {
      if (due <= this.now && this.waiting.delete(timer)) {
        what();
      }
    }
  }
}

describe("the page socket", () => {
  let clock;
  let heard;
  let socket;

  beforeEach(() => {
    clock = new Clock();
    Line.made = [];
    heard = [];
    const on = Object.fromEntries(
      ["open", "presence", "rings", "ringing", "answered", "error"].map((name) => [name, (what) => heard.push([name, what])]),
    );
    const { after, forget } = clock;
    const world = { WebSocket: Line, now: () => 1000, random: () => 0.5, after, forget };
    socket = new PageSocket({ url: "ws://here/ws/page/", on, world });
    socket.connect();
  });

  it("answers a ping at once", () => {
    Line.made[0].opens();
    Line.made[0].says({ type: "ping" });
    assert.deepEqual(Line.made[0].sent, [{ type: "pong" }]);
  });

  it("tells of all whose presence one message brings", () => {
    const experts = [5, 7].map((expert) => ({ expert, state: "free", back_at: null }));
    Line.made[0].opens();
    Line.made[0].says({ type: "presence", experts });
    assert.deepEqual(heard.at(-1), ["presence", experts]);
  });

  it("keeps the server's clock", () => {
    Line.made[0].opens();
    assert.equal(socket.serverNow, 5000);
  });

  it("says whom it watches again after every reconnection", () => {
    socket.watch([5, 7, 5]);
    Line.made[0].opens();
    Line.made[0].drops();
    clock.tick(250);
    Line.made[1].opens();
    assert.deepEqual(Line.made[1].sent, [{ type: "watch", experts: [5, 7] }]);
  });

  it("opened anew for somebody else it forgets the socket before at once", () => {
    socket.watch([5]);
    Line.made[0].opens();
    socket.reopen();
    assert.equal(Line.made[0].readyState, 3);
    assert.equal(Line.made[0].onmessage, null);
    assert.equal(Line.made.length, 2);
    Line.made[1].opens();
    assert.deepEqual(Line.made[1].sent, [{ type: "watch", experts: [5] }]);
  });

  it("waits longer after every try in vain, up to five seconds", () => {
    assert.deepEqual([0, 1, 2, 3, 4, 5, 9].map((tries) => waitBeforeTry(tries, 0.5)), [250, 500, 1000, 2000, 4000, 5000, 5000]);
    assert.equal(waitBeforeTry(0, 0), 175);
  });

  it("starts over with short waits once it was greeted", () => {
    Line.made[0].drops();
    clock.tick(250);
    Line.made[1].drops();
    clock.tick(500);
    Line.made[2].opens();
    Line.made[2].drops();
    clock.tick(250);
    assert.equal(Line.made.length, 4);
  });

  it("does not wait when the network comes back", () => {
    Line.made[0].drops();
    socket.connect();
    assert.equal(Line.made.length, 2);
    clock.tick(10_000);
    assert.equal(Line.made.length, 2);
  });

  it("gives up a line that was silent for 25 s", () => {
    Line.made[0].opens();
    clock.tick(25_000);
    clock.tick(250);
    assert.equal(Line.made.length, 2);
  });

  it("sends nothing while it is not connected, and says so", () => {
    assert.equal(socket.send("ring", { expert: 5, line: "" }), false);
  });

  it("passes rings on and is silent about what it does not know", () => {
    Line.made[0].opens();
    Line.made[0].says({ type: "from.the.future" });
    Line.made[0].says({ type: "ring.answered", call: 17, room: "abc" });
    assert.deepEqual(heard.at(-1), ["answered", { type: "ring.answered", call: 17, room: "abc" }]);
  });
});
