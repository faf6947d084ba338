import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import "../one_static_folder.js";

const { CallPanel } = await import("../../../marketplace/static/marketplace/page/outgoing.js");

/** As much of an element as the panel asks for. */
class Element {
  dataset = {};
  attributes = new Set();
  textContent = "";
  value = "";
  listeners = {};

  addEventListener(type, action) {
    this.listeners[type] = action;
  }

  setAttribute(name) {
    this.attributes.add(name);
  }

  removeAttribute(name) {
    this.attributes.delete(name);
  }

  hasAttribute(name) {
    return this.attributes.has(name);
  }

  toggleAttribute(name, on) {
    if (on) this.attributes.add(name);
    else this.attributes.delete(name);
  }

  querySelectorAll() {
    return [];
  }

  focus() {
    focused = this;
  }
}

class Form extends Element {}
class Field extends Element {}

const MEMBERS_ONLY = ["listed-rate"];
const words = {
  offline: "offline", stale_page: "stale", ringing: "Ringing {name}", rings_for: "{seconds}", cost_nothing: "It cost nothing.",
  missed: "No answer", declined: "Declined", cancelled: "Cancelled", busy: "Busy", away: "Away",
};
let elements;
let focused;
let socket;
let panel;
let answer;
let asked;

beforeEach(() => {
  elements = { "call-form": new Form(), "call-line": new Field(), "call-now": new Element(), "guest-name": new Field() };
  elements["call-line"].value = " My lease ends ";
  elements["call-now"].setAttribute("disabled");
  elements["call-form"].dataset.guest = "/guest/";
  asked = [];
  answer = { ok: true, json: async () => ({ name: "Carla" }) };
  Object.assign(globalThis, {
    HTMLElement: Element, HTMLFormElement: Form, HTMLInputElement: Field, FormData: class {},
    document: { getElementById: (id) => (MEMBERS_ONLY.includes(id) ? null : (elements[id] ??= new Element())), querySelectorAll: () => [] },
    sessionStorage: { getItem: () => null, setItem() {} },
    fetch: async (address) => {
      asked.push(address);
      return answer;
    },
  });
  socket = { sent: [], reopened: 0, send: (type, fields) => Boolean(socket.sent.push({ type, ...fields })), reopen: () => (socket.reopened += 1) };
  const root = new Element();
  root.dataset = { panelOf: "5", name: "Bob", state: "free" };
  make(root);
});

function make(root = Object.assign(new Element(), { dataset: { panelOf: "5", name: "Bob", state: "free" } })) {
  panel = new CallPanel(root, socket, words);
}

async function press() {
  elements["call-form"].listeners.submit({ preventDefault() {} });
  await new Promise((resolve) => setImmediate(resolve));
}

test("a visitor becomes a guest first, and it rings on the socket that knows the guest", async () => {
  panel.connected(true);
  assert.equal(elements["call-now"].hasAttribute("disabled"), false);
  await press();
  assert.deepEqual(asked, ["/guest/"]);
  assert.equal(socket.reopened, 1);
  assert.deepEqual(socket.sent, []);
  panel.connected(true);
  panel.update(null);
  assert.deepEqual(socket.sent, [{ type: "ring", expert: 5, line: "My lease ends" }]);
  panel.update(null);
  assert.equal(socket.sent.length, 1);
});

test("the second time the guest only rings", async () => {
  await press();
  panel.update(null);
  await press();
  assert.equal(asked.length, 1);
  assert.equal(socket.sent.length, 2);
});

test("a name that is not taken is said at the field, and can be typed again", async () => {
  answer = { ok: false, json: async () => ({ text: "Type a name." }) };
  await press();
  assert.equal(elements["guest-name-error"].textContent, "Type a name.");
  assert.equal(focused, elements["guest-name"]);
  assert.equal(elements["call-now"].hasAttribute("disabled"), false);
  assert.equal(socket.reopened, 0);
});

test("an answer without words, or none, is said too", async () => {
  answer = { ok: false, json: async () => JSON.parse("<html>") };
  await press();
  assert.equal(elements["guest-name-error"].textContent, "stale");
  answer = Promise.reject(new Error("no network"));
  await press();
  assert.equal(elements["guest-name-error"].textContent, "offline");
});

test("a connection lost meanwhile lets nothing ring by itself later", async () => {
  await press();
  panel.connected(false);
  panel.update(null);
  assert.deepEqual(socket.sent, []);
  assert.equal(elements["call-outcome"].textContent, "offline");
});

test("a member's form asks for no name", async () => {
  delete elements["call-form"].dataset.guest;
  make();
  panel.connected(true);
  assert.equal(elements["call-now"].hasAttribute("disabled"), true); // until the server has told of their rings
  panel.update(null);
  await press();
  assert.deepEqual(asked, []);
  assert.equal(socket.sent.length, 1);
});

for (const code of ["ring.in_line", "ring.too_often", "ring.too_many_in_vain"]) {
  test(`who is refused with ${code} reads why, and what else there is`, () => {
    elements["leave-message"] = Object.assign(new Element(), { attributes: new Set(["hidden", "data-when"]) });
    answer = { ok: false };
    panel.ring("");
    panel.refused({ code, text: "Not now.", re: "ring" });
    assert.equal(elements["call-outcome"].textContent, "Not now.");
    assert.deepEqual([...elements["leave-message"].attributes], []);
  });
}

/** The page of bob, with room for others, of whom there are two. */
function withSimilar() {
  make(Object.assign(new Element(), { dataset: { panelOf: "5", name: "Bob", state: "free", similar: "/experts/bob/similar/" } }));
  const others = (elements["similar-experts"] = Object.assign(new Element(), { childElementCount: 2 }));
  others.setAttribute("hidden");
  answer = { ok: true, text: async () => "<h2>Free now</h2>" };
  panel.update(null);
  return others;
}

/** Bob was rung, in this window; `end` is what the server told of it last. */
async function rung(end) {
  const others = withSimilar();
  const ring = { call: 7, back: false, expert: { id: 5 }, until: 0, room: null, agreed_rate: null };
  panel.ring("");
  panel.ringing({ call: 7 });
  panel.update({ ...ring, state: "ringing" });
  await end(ring);
  await new Promise((resolve) => setImmediate(resolve));
  return others;
}

for (const state of ["missed", "declined"]) {
  test(`of a ring that was ${state} the page shows similar experts who are free`, async () => {
    const others = await rung((ring) => panel.update({ ...ring, state }));
    assert.deepEqual(asked, ["/experts/bob/similar/"]);
    assert.match(others.innerHTML, /Free now/);
    assert.equal(others.hasAttribute("hidden"), false);
  });
}

for (const code of ["ring.busy", "ring.away", "ring.in_line"]) {
  test(`so it does where the server refuses with ${code}`, async () => {
    const others = withSimilar();
    panel.ring("");
    panel.refused({ code, text: "no", re: "ring" });
    await new Promise((resolve) => setImmediate(resolve));
    assert.match(others.innerHTML, /Free now/);
  });
}

test("nobody else is offered to who cancelled", async () => {
  const others = await rung((ring) => panel.update({ ...ring, state: "cancelled" }));
  assert.deepEqual(asked, []);
  assert.equal(others.hasAttribute("hidden"), true);
});

test("where nobody is free no empty list is shown", async () => {
  const others = await rung((ring) => {
    answer = { ok: true, text: async () => "" };
    elements["similar-experts"].childElementCount = 0;
    panel.update({ ...ring, state: "missed" });
  });
  assert.equal(others.hasAttribute("hidden"), true);
});

test("while it rings anew the ways out of the ring before are gone", async () => {
  await rung((ring) => panel.update({ ...ring, state: "missed" }));
  for (const way of ["wait", "leave-message"]) assert.equal(elements[way].hasAttribute("data-when"), false);
  panel.ring("");
  panel.ringing({ call: 8 });
  const anew = { call: 8, back: false, expert: { id: 5 }, until: 0, room: null, agreed_rate: null };
  panel.update({ ...anew, state: "ringing" });
  for (const way of ["wait", "leave-message"]) assert.equal(elements[way].hasAttribute("data-when"), true);
  panel.update({ ...anew, state: "cancelled" }); // so that no second is counted any more
});
