import assert from "node:assert/strict";
import { pbkdf2Sync } from "node:crypto";
import { test } from "node:test";
import { securityCode } from "../../../calls/static/calls/room/security_code.js";

const ALICE = "sha-256 0a:1b:2c";
const BOB = "sha-256 ff:ee:dd";

test("both sides see the same five words", async () => {
  const hers = await securityCode(ALICE, BOB);
  assert.equal(hers, await securityCode(BOB, ALICE));
  assert.match(hers, /^([bdfghjklmnprstvz][aiou][bdfghjklmnprstvz][aiou][bdfghjklmnprstvz] ?){5}$/);
});

test("whoever sits between them shows each of them other words", async () => {
  const eve = ["sha-256 11:11:11", "sha-256 22:22:22"];
  const seen = await Promise.all([securityCode(ALICE, eve[0]), securityCode(eve[1], BOB), securityCode(ALICE, BOB)]);
  assert.equal(new Set(seen).size, 3);
});

test("how a browser writes a fingerprint makes no difference", async () => {
  assert.equal(await securityCode(ALICE.toUpperCase(), ` ${BOB}\r`), await securityCode(ALICE, BOB));
});

test("the words say eighty bits of a slow hash of both", async () => {
  const digest = pbkdf2Sync(`${ALICE}\n${BOB}`, "ringwise security code", 600_000, 10, "sha256");
  const letters = { b: 0, d: 1, f: 2, g: 3, h: 4, j: 5, k: 6, l: 7, m: 8, n: 9, p: 10, r: 11, s: 12, t: 13, v: 14, z: 15, a: 0, i: 1, o: 2, u: 3 };
  const said = (await securityCode(ALICE, BOB)).split(" ").map((word) => {
    const [a, b, c, d, e] = [...word].map((letter) => letters[letter]);
    return (a << 12) | (b << 10) | (c << 6) | (d << 4) | e;
  });
  assert.deepEqual(said, Array.from({ length: 5 }, (_, number) => digest.readUInt16BE(2 * number)));
});
