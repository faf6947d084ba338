import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { Square } from "../../../marketplace/static/marketplace/square.js";

const numbers = (square) => String(square).split(" ").map(Number);

describe("the square of a photo", () => {
  it("begins as the server cuts it without one", () => {
    assert.deepEqual(numbers(new Square(800, 600)), [0.5, 0.4, 1]);
  });

  it("stays within the photo wherever it is drawn to", () => {
    const square = new Square(800, 600);
    square.come(0.5);
    for (const [left, top] of [[-900, -900], [9000, 9000], [NaN, 5]]) {
      square.moveTo(left, top);
      for (const number of numbers(square)) assert.ok(number >= 0 && number <= 1, String(square));
    }
  });

  it("keeps its middle when it comes closer", () => {
    const square = new Square(800, 600);
    square.moveTo(150, 0);
    square.come(0.6);
    assert.equal(Math.round(square.left + square.side / 2), 450);
    assert.equal(Math.round(square.top + square.side / 2), 300);
  });

  it("comes no closer than the server takes", () => {
    const square = new Square(800, 600);
    square.come(1);
    assert.equal(Math.round(square.side), 160);
    assert.equal(new Square(160, 900).canCome, false);
  });

  it("does not move where there is no room", () => {
    const square = new Square(600, 800);
    square.moveTo(300, 100);
    assert.deepEqual(numbers(square), [0.5, 0.5, 1]);
  });
});
