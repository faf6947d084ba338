/**
 * The page socket: PROTOCOL.md, sections 1 and 2, seen from the browser. Comes back after every loss, answers pings,
 * keeps the server's clock. What the messages mean is the business of page.js.
 *
 * @import { Terms } from "../calls/room/page/consent_terms.js"
 *
 * @typedef {{id: number, name: string, guest: boolean, language: string, past_calls: number}} Caller
 * @typedef {{id: number, name: string, slug: string}} Expert
 * @typedef {{call: number, room: string | null, asked: boolean, line: string, until: number} & (
 *   {back: false, caller: Caller, has_ten_minutes: boolean, agreed_rate: string | null, max_rate: string | null} | {back: true, expert: Expert})} Incoming  back: an expert calls back
 * @typedef {"ringing" | "answered" | "declined" | "missed" | "cancelled"} RingState
 * @typedef {{call: number, state: RingState, until: number, room: string | null} & (
 *   {back: false, expert: Expert, agreed_rate: string | null} | {back: true, caller: {id: number, name: string}})} Outgoing
 * @typedef {{each_ms: number, since: number | null}} Estimate
 * @typedef {{expert: Expert, line: string, place: number, state: string, back_at: number | null, estimate: Estimate | null, turn_until: number | null}} Wait
 * @typedef {"ringing" | "answered" | "cancelled" | "missed"} AskState
 * @typedef {{ask: number, state: AskState, category: string, rung: number, ringing: number, until: number,
 *   expert: Expert | null, room: string | null, others: Expert[]}} Asking
 * @typedef {{incoming: Incoming[], answered: number[], taken: number[], outgoing: Outgoing | null, asking: Asking | null,
 *   waiting: Wait[], awaited: number}} Rings
 * @typedef {{expert: number, state: string, back_at: number | null}} Presence
 * @typedef {{expert: number, terms: string, card: Terms}} ListedTerms
 * @typedef {{code: string, text: string, re: string | null}} ServerError
 *
 * @typedef {object} Listener
 * @property {(open: boolean) => void} open
 * @property {(seen: Presence[]) => void} presence
 * @property {(rings: Rings) => void} rings
 * @property {(terms: ListedTerms) => void} terms
 * @property {(ring: {call: number, room: string}) => void} ringing
 * @property {(ring: {call: number, room: string}) => void} answered
 * @property {(ask: {ask: number}) => void} asking
 * @property {(error: ServerError) => void} error
 *
 * @typedef {object} World  what a test replaces
 * @property {typeof WebSocket} WebSocket
 * @property {() => number} now
 * @property {() => number} random
 * @property {(what: () => void, ms: number) => unknown} after
 * @property {(timer: any) => void} forget
 */

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 5000;
const SILENCE_MS = 25_000; // the server pings every 10 s
const WATCHED_MAX = 100;
const OPEN = 1;

/**
 * How long to wait before the next try: doubling, up to 30 % more or less, so that a server that comes back is not overrun.
 * @param {number} tries made in vain so far
 * @param {number} chance 0 to 1
 */
export function waitBeforeTry(tries, chance) {
  return Math.min(FIRST_WAIT_MS * 2 ** tries, LONGEST_WAIT_MS) * (0.7 + 0.6 * chance);
}

export class PageSocket {
  #url;
  #on;
  /** @type {World} */
  #world;
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {unknown} */
  #retry;
  /** @type {unknown} */
  #silence;
  #tries = 0;
  #skew = 0;
  /** @type {number[]} */
  #watched = [];

  /**
   * @param {{url: string, on: Listener, world?: Partial<World>}} options
   */
  constructor({ url, on, world = {} }) {
    this.#url = url;
    this.#on = on;
    this.#world = {
      WebSocket: globalThis.WebSocket,
      now: Date.now,
      random: Math.random,
      after: (what, ms) => setTimeout(what, ms),
      forget: (timer) => clearTimeout(timer),
      ...world,
    };
  }

  /** Connects, or tries again at once: the network came back, or somebody looks at the page again. */
  connect() {
    this.#world.forget(this.#retry);
    if (this.#socket) {
      return;
    }
    const socket = new this.#world.WebSocket(this.#url);
    this.#socket = socket;
    socket.onmessage = (event) => this.#receive(event.data);
    socket.onclose = () => this.#lost(socket);
    this.#listenForSilence();
  }

  /** Who this browser's person is has changed: a new socket asks the server anew. */
  reopen() {
    this.#drop();
    this.connect();
  }

  get isOpen() {
    return this.#socket?.readyState === OPEN;
  }

  /** The server's time now, in ms. */
  get serverNow() {
    return this.#world.now() + this.#skew;
  }

  /** @param {number[]} experts user ids; replaces those watched before, and is said again after every reconnection */
  watch(experts) {
    this.#watched = [...new Set(experts)].slice(0, WATCHED_MAX);
    this.send("watch", { experts: this.#watched });
  }

  /**
   * @param {string} type
   * @param {object} fields
   * @returns {boolean} false: not connected, nothing was sent
   */
  send(type, fields = {}) {
    if (!this.isOpen) {
      return false;
    }
    this.#socket?.send(JSON.stringify({ type, ...fields }));
    return true;
  }

  /** @param {string} text */
  #receive(text) {
    this.#listenForSilence();
    const message = JSON.parse(text);
    if (typeof message.now === "number") {
      this.#skew = message.now - this.#world.now();
    }
    switch (message.type) {
      case "ping":
        return this.send("pong");
      case "hello":
        return this.#greeted();
      case "presence":
        return this.#on.presence(message.experts);
      case "rings":
        return this.#on.rings(message);
      case "ring.terms":
        return this.#on.terms(message);
      case "ring.ringing":
        return this.#on.ringing(message);
      case "ring.answered":
        return this.#on.answered(message);
      case "ask.ringing":
        return this.#on.asking(message);
      case "error":
        return this.#on.error(message);
      default:
        return undefined; // a newer server may say more
    }
  }

  #greeted() {
    this.#tries = 0;
    this.#on.open(true);
    if (this.#watched.length > 0) {
      this.watch(this.#watched);
    }
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = null; // what it still brings is nobody's
    this.#world.forget(this.#silence);
    if (socket) {
      socket.onmessage = socket.onclose = null;
      socket.close();
    }
  }

  /** @param {WebSocket} socket */
  #lost(socket) {
    if (socket !== this.#socket) {
      return;
    }
    this.#socket = null;
    this.#world.forget(this.#silence);
    this.#on.open(false);
    this.#retry = this.#world.after(() => this.connect(), waitBeforeTry(this.#tries, this.#world.random()));
    this.#tries += 1;
  }

  /** A network that vanished without a word leaves a socket that looks open: give it up and make a new one. */
  #listenForSilence() {
    this.#world.forget(this.#silence);
    const socket = this.#socket;
    this.#silence = this.#world.after(() => {
      if (socket && socket === this.#socket) {
        socket.close();
        this.#lost(socket);
      }
    }, SILENCE_MS);
  }
}
