import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { CreditForm } from "../../../calls/static/calls/room/page/credit_form.js";

/** As much of an element as the sheet asks for; `innerHTML` brings one form, whose fields the test chooses. */
class FakeElement {
  hidden = true;
  textContent = "";
  disabled = false;
  target = "";
  children = [];
  listeners = {};
  #form = null;

  set innerHTML(html) {
    this.textContent = html;
    this.#form = new FakeElement();
  }

  querySelector() {
    return this.#form;
  }

  querySelectorAll() {
    return (this.buttons ??= [new FakeElement()]);
  }

  addEventListener(type, action) {
    this.listeners[type] = action;
  }

  replaceChildren(...children) {
    this.textContent = "";
    this.#form = null;
    this.children = children;
  }

  focus() {}
}

class FakeStripe {
  mounted = null;
  destroyed = 0;

  library = (key) => {
    this.key = key;
    return {
      createEmbeddedCheckoutPage: async (how) => {
        this.secret = await how.fetchClientSecret();
        this.complete = how.onComplete;
        return { mount: (place) => (this.mounted = place), destroy: () => (this.destroyed += 1) };
      },
    };
  };
}

const FORM = { status: 200, text: "<form>" };
const OPENED = { status: 200, json: { client_secret: "cs_1_secret", done: "/wallet/top-up/1/return/" } };
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

let elements;
let asked;
let answers;
let typed;
let loads;
let returned;
let windows;
let stripe;
let sheet;

beforeEach(() => {
  [elements, asked, answers, typed, loads, returned, windows] = [{}, [], [FORM, OPENED, FORM], {}, 0, 0, []];
  stripe = new FakeStripe();
  Object.assign(globalThis, {
    HTMLElement: FakeElement,
    FormData: class { get = (name) => typed[name] ?? null; },
    document: { getElementById: (id) => (elements[id] ??= new FakeElement()) },
    location: { pathname: "/r/abc/" },
    window: { open: (...how) => windows.push(how) },
    fetch: async (address, how) => {
      asked.push([how?.method ?? "GET", address]);
      const { status, text, json } = answers.shift() ?? FORM;
      if (!status) throw new Error("no network");
      const type = json ? "application/json" : "text/html";
      return { ok: status === 200, status, headers: { get: () => type }, text: async () => text, json: async () => json };
    },
  });
  const how = { key: "pk_test_1", address: "/wallet/top-up/form/", words: (key) => key, onReturn: () => (returned += 1) };
  sheet = new CreditForm(how, async () => ((loads += 1), stripe.library));
});

function body() {
  return elements["credit-form-body"];
}

async function opened(missing = 0) {
  sheet.open(missing);
  await settled();
}

async function sent() {
  let isHeld = false;
  body().querySelector("form").listeners.submit({ preventDefault: () => (isHeld = true) });
  await settled();
  return isHeld;
}

test("the sum is asked for first, and Stripe's library is not loaded for it", async () => {
  await opened(1200);
  assert.equal(elements["credit-form"].hidden, false);
  assert.deepEqual(asked, [["GET", "/wallet/top-up/form/?return=%2Fr%2Fabc%2F%3Fcredit%3D1&missing=1200"]]);
  assert.equal(loads, 0);
});

test("then Stripe's form opens in its place, with the platform's key and the session's secret", async () => {
  await opened();
  assert.equal(await sent(), true);
  assert.deepEqual([stripe.key, stripe.secret, stripe.mounted], ["pk_test_1", "cs_1_secret", body()]);
  assert.equal(asked.at(-1)[0], "POST");
});

test("paid, the server is asked to look, the sheet goes and the credit is back on the card", async () => {
  await opened();
  await sent();
  stripe.complete();
  await settled();
  assert.deepEqual(asked.at(-1), ["GET", "/wallet/top-up/1/return/"]);
  assert.deepEqual([returned, stripe.destroyed, elements["credit-form"].hidden], [1, 1, true]);
});

test("paid while the server cannot be reached, the sheet goes all the same: Stripe tells the server too", async () => {
  answers = [FORM, OPENED, { status: 0 }];
  await opened();
  await sent();
  stripe.complete();
  await settled();
  assert.equal(returned, 1);
});

test("what the server does not take is said in the form", async () => {
  answers = [FORM, { status: 422, text: "<form>Choose an amount" }];
  await opened();
  await sent();
  assert.match(body().textContent, /Choose an amount/);
  assert.equal(loads, 0);
});

test("a saved card pays in the small window, in one press", async () => {
  typed = { card: "3" };
  await opened();
  const form = body().querySelector("form");
  assert.equal(await sent(), false); // the browser sends it by itself
  assert.deepEqual([form.target, windows.length, loads], ["ringwise-credit", 1, 0]);
});

for (const [what, answer] of [["no network", [{ status: 0 }]], ["an error", [{ status: 500, text: "" }]], ["no Stripe", [FORM, OPENED]]]) {
  test(`with ${what} the sheet says that nothing was charged`, async () => {
    answers = answer;
    if (what === "no Stripe") stripe.library = () => assert.fail("blocked");
    await opened();
    if (what === "no Stripe") await sent();
    assert.equal(body().textContent, "offer.form_failed");
  });
}

test("closed while it loads, nothing opens", async () => {
  sheet.open(0);
  sheet.close();
  await settled();
  assert.deepEqual([elements["credit-form"].hidden, body().textContent], [true, ""]);
});

test("closed and opened again, the first of Stripe's forms is gone before the second", async () => {
  answers = [FORM, OPENED, FORM, OPENED];
  await opened();
  await sent();
  elements["credit-form-close"].listeners.click();
  assert.equal(stripe.destroyed, 1);
  await opened();
  await sent();
  assert.equal(stripe.mounted, body());
});
