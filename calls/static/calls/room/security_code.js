/**
 * The security code: five words that are the same on both screens exactly when the two browsers have agreed with each other,
 * and with nobody between them.
 *
 * Sound and picture are encrypted from browser to browser, for certificates whose fingerprints travel through the server.
 * A server that put itself between the two would need certificates of its own, and each side would see other words. Eighty
 * bits: to make both sides' words the same by trying certificates takes longer than a call lasts.
 */

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
  const digest = new DataView(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(both)));
  return Array.from({ length: WORDS }, (_, number) => word(digest.getUint16(2 * number))).join(" ");
}

/** Sixteen bits that can be said aloud: consonant, vowel, consonant, vowel, consonant. @param {number} bits */
function word(bits) {
  const letter = (/** @type {string} */ of, /** @type {number} */ shift) => of[(bits >> shift) & (of.length - 1)];
  return letter(CONSONANTS, 12) + letter(VOWELS, 10) + letter(CONSONANTS, 6) + letter(VOWELS, 4) + letter(CONSONANTS, 0);
}
