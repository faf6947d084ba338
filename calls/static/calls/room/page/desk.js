/** What every part of the page has at hand: the session, the words, the voice, and the two things that a press can do. */

/** @import { Session } from "../session.js" */
/** @import { Sound } from "../sounds.js" */
/** @import { Voice } from "./voice.js" */
/** @import { Words } from "./words.js" */

/**
 * @typedef {object} Desk
 * @property {Session} session
 * @property {Words} words
 * @property {Voice} voice
 * @property {(type: string, fields: object) => boolean} act  tells the server; false: no connection, and the person was told
 * @property {(sound: Sound) => void} sound
 *
 * @typedef {{render: () => void}} Part  drawn again at every change, and several times a second
 */

export {};
