/**
 * The security code: five words that are the same on both screens exactly when the two browsers have agreed with each other,
 * and with nobody between them.
 *
 * Sound and picture are encrypted from browser to browser, for certificates whose fingerprints travel through the server.
 * A server that put itself between the two would need certificates of its own, and each side would see other words. Of the
 * eighty bits it could choose on both sides, so some 2^40 certificates a side make the words meet: that each takes many
 * rounds of hashing makes this last longer than a call.
 */

const ROUNDS = 600_000;
const SALT = new TextEncoder().encode("ringwise security code");
const CONSONANTS = "bdfghjklmnprstvz";
const VOWELS = "aiou";
const WORDS = 5;

/**
 * @param {string} mine  fingerprint of one's own certificate, as a description has it: "sha-256 ab:cd:..."
 * @param {string} theirs  of the other's
 * @returns {Promise<string>}  the same whichever side asks
 */
export async function securityCode(mine, theirs) {
  const both = [mine, theirs].map((one) => one.trim().toLowerCase()).sort().join("\n");
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(both), "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: SALT, iterations: ROUNDS };
  const digest = new DataView(await crypto.subtle.deriveBits(how, key, 16 * WORDS));
  return Array.from({ length: WORDS }, (_, number) => word(digest.getUint16(2 * number))).join(" ");
}

/** Sixteen bits that can be said aloud: consonant, vowel, consonant, vowel, consonant. @param {number} bits */
function word(bits) {
  const letter = (/** @type {string} */ of, /** @type {number} */ shift) => of[(bits >> shift) & (of.length - 1)];
  return letter(CONSONANTS, 12) + letter(VOWELS, 10) + letter(CONSONANTS, 6) + letter(VOWELS, 4) + letter(CONSONANTS, 0);
}
