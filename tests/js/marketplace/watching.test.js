import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { followShown } from "../../../marketplace/static/marketplace/page/watching.js";

/** A card, as much of it as is asked for. */
class Element {
  constructor(expert) {
    this.expert = expert;
  }

  getAttribute() {
    return String(this.expert);
  }

  matches() {
    return this.expert !== undefined;
  }

  querySelector() {
    return null;
  }
}

let shown;
let change;
let watched;

beforeEach(() => {
  shown = [new Element(5), new Element(7)];
  watched = [];
  class MutationObserver {
    constructor(hear) {
      change = (addedNodes, removedNodes = []) => hear([{ addedNodes, removedNodes }]);
    }

    observe() {}
  }
  Object.assign(globalThis, { Element, MutationObserver, document: { body: {}, querySelectorAll: () => shown } });
  followShown((experts) => watched.push(experts));
});

test("those on the page are watched, each once", () => {
  assert.deepEqual(watched, [[5, 7]]);
  shown.push(new Element(5));
  change([shown[2]]);
  assert.equal(watched.length, 1);
});

test("a card that comes later is watched with the others", () => {
  shown.push(new Element(9));
  change([shown[2]]);
  assert.deepEqual(watched.at(-1), [5, 7, 9]);
});

test("one that goes is watched no longer", () => {
  const [gone] = shown.splice(0, 1);
  change([], [gone]);
  assert.deepEqual(watched.at(-1), [7]);
});

test("what else changes, as the words of presence do, is not looked at", () => {
  shown.push(new Element(9));
  change([{ text: "busy" }]);
  assert.equal(watched.length, 1);
});
