/**
 * The room socket: PROTOCOL.md, sections 1 and 3, seen from the browser. Knows when to come back and when not to;
 * what the messages mean is the page's business.
 */

import { isOpen } from "./messages.js";

/** @import { ChatCame, PeerNotice, Preview, RoomState, ServerError, Signal } from "./messages.js" */

/** A second for as long as a paid period would still resume by itself (20 s) and some more, then five. */
const BACKOFF_MS = [250, 500, ...Array(30).fill(1000), 5000];
const CONNECT_MS = 10_000;
const SILENCE_MS = 25_000;
const PROBE_MS = 2000;
/** Asked so often without having heard anything, it wants to hear something within so long. */
const UNHEARD = 2;
const ECHO_MS = 3000;
const SEAT_MS = 5000;
const AGAIN_MS = 1000;
/** Nothing was wrong with the `join` itself: it is sent again. */
const PASSING = ["too_fast", "internal"];
const NEWER_TAB = 4001;
const SIGNED_OUT = 4003;

/**
 * @typedef {"connecting" | "open" | "waiting" | "replaced" | "signed_out" | "not_found" | "stopped"} Status
 *
 * @typedef {object} Listener
 * @property {(status: Status) => void} status
 * @property {(state: RoomState) => void} state
 * @property {(peer: PeerNotice) => void} peer
 * @property {(data: Signal) => void} signal
 * @property {(error: ServerError) => void} error
 * @property {(preview: Preview) => void} [preview]
 * @property {(said: ChatCame) => void} [chat]
 *
 * @typedef {object} World  what a test replaces
 * @property {typeof WebSocket} WebSocket
 * @property {typeof fetch} fetch
 * @property {() => number} random
 */

/** @returns {string} a name for this loaded page, made by chance */
export function newPageName() {
  return crypto.randomUUID();
}

export class RoomSocket {
  #url;
  #seatUrl;
  #on;
  #world;
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #limit;
  #tries = 0;
  /** How often `check` was called since anything was heard. */
  #unheard = 0;
  #opened = false;
  #asked = false;
  /** @type {number | null} */
  #callId = null;

  /** @type {Status} */
  status = "stopped";
  /** The person pressed *Join*: take the seat, and take it again after every reconnection. */
  wanted = false;
  /** A new name tells the other side to begin a new connection. */
  page = newPageName();

  /**
   * @param {{url: string, seatUrl: string, on: Listener, world?: Partial<World>}} options
   */
  constructor({ url, seatUrl, on, world = {} }) {
    this.#url = url;
    this.#seatUrl = seatUrl;
    this.#on = on;
    const { WebSocket, fetch } = globalThis;
    this.#world = { WebSocket, fetch: fetch.bind(globalThis), random: Math.random, ...world };
  }

  start() {
    this.#tries = 0;
    this.#connect();
  }

  /** Take the seat as soon as there is an open call. */
  join() {
    this.wanted = true;
    if (this.status === "open") this.#sendJoin();
  }

  /** Ring the other again; joins by itself once it rings. Without a connection: false. */
  ring() {
    this.wanted = this.send("ring");
    return this.wanted;
  }

  /** This window, not the newer one: after `replaced`. */
  takeOver() {
    this.wanted = true;
    this.start();
  }

  stop() {
    this.wanted = false;
    this.#drop();
    this.#become("stopped");
  }

  /** The network or the person came back: do not sit out the rest of the wait. */
  wake() {
    if (this.status === "waiting") this.start();
    else if (this.status === "open") this.probe();
  }

  /**
   * Is the socket still alive, whatever readyState says? After a change of network it can be dead for minutes. `join`
   * is answered at once and brings fresh TURN credentials.
   */
  probe() {
    if (this.ask()) this.#expectWithin(PROBE_MS);
  }

  /** Called every few seconds while it matters that the socket is alive, because paid time runs. */
  check() {
    this.#unheard += 1;
    if (this.#unheard === UNHEARD && this.send("echo")) this.#expectWithin(ECHO_MS);
  }

  /** For the state as it is now. @returns {boolean} whether it was asked for */
  ask() {
    const can = this.status === "open" && this.wanted;
    if (can) this.#sendJoin();
    return can;
  }

  /**
   * @param {string} type
   * @param {object} [fields]
   * @returns {boolean} false: there is no connection, nothing was sent
   */
  send(type, fields = {}) {
    if (this.status !== "open" || !this.#socket) return false;
    this.#socket.send(JSON.stringify({ type, ...fields }));
    return true;
  }

  #sendJoin() {
    this.#asked = true;
    this.send("join", { page: this.page });
  }

  #connect() {
    this.#drop();
    this.#become("connecting");
    this.#opened = this.#asked = false;
    this.#unheard = 0;
    const socket = new this.#world.WebSocket(this.#url);
    this.#socket = socket;
    this.#expectWithin(CONNECT_MS);
    socket.onopen = () => {
      this.#opened = true;
    };
    socket.onmessage = (event) => this.#receive(String(event.data));
    socket.onclose = (event) => this.#closed(event.code);
  }

  /** Nothing within that time: the socket is dead, open another. @param {number} ms */
  #expectWithin(ms) {
    clearTimeout(this.#limit);
    this.#limit = setTimeout(() => this.#connect(), ms);
  }

  /** Forget the socket; what it may still bring is nobody's. */
  #drop() {
    clearTimeout(this.#retry);
    clearTimeout(this.#limit);
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  /** @param {string} text */
  #receive(text) {
    this.#expectWithin(SILENCE_MS);
    this.#unheard = 0;
    const message = JSON.parse(text);
    if (message.type === "ping") this.send("pong");
    else if (message.type === "state") this.#stateCame(message);
    else if (message.type === "peer") this.#on.peer(message);
    else if (message.type === "signal") this.#on.signal(message.data);
    else if (message.type === "chat" || message.type === "chat.begin") this.#on.chat?.(message);
    else if (message.type === "offer.preview") this.#on.preview?.(message);
    else if (message.type === "replaced") this.#replaced();
    else if (message.type === "error") this.#errorCame(message);
  }

  /** @param {RoomState} state */
  #stateCame(state) {
    this.#tries = 0;
    this.#become("open");
    const callId = isOpen(state.call) ? /** @type {import("./messages.js").Call} */ (state.call).id : null;
    // Whoever joined one call has not joined the next: an expert's `join` would even answer it.
    if (this.#callId !== null && callId !== this.#callId) this.wanted = this.#asked = false;
    this.#callId = callId;
    this.#on.state(state);
    if (this.wanted && callId !== null && !state.you.joined && !this.#asked) this.#sendJoin();
  }

  /** @param {ServerError} error */
  #errorCame(error) {
    if (error.re === "join" && PASSING.includes(error.code)) setTimeout(() => this.ask(), AGAIN_MS);
    else if (error.re === "join" || error.re === "ring") this.wanted = false;
    this.#on.error(error);
  }

  #replaced() {
    this.wanted = false;
    this.#drop();
    this.#become("replaced");
  }

  /** @param {number} code */
  async #closed(code) {
    if (code === NEWER_TAB) return this.#replaced();
    this.#drop();
    this.#become("waiting");
    const refusal = this.#opened && code !== SIGNED_OUT ? null : await this.#whyRefused();
    if (this.status !== "waiting") return;
    if (refusal) this.#become(refusal);
    else this.#retry = setTimeout(() => this.#connect(), this.#nextWait());
  }

  /**
   * A refused handshake looks like a dead network, so ask over HTTP.
   * @returns {Promise<Status | null>} null: try again
   */
  async #whyRefused() {
    try {
      const answer = await this.#world.fetch(this.#seatUrl, { signal: AbortSignal.timeout(SEAT_MS) });
      return answer.status === 401 ? "signed_out" : answer.status === 404 ? "not_found" : null;
    } catch {
      return null; // no network: that is what the retries are for
    }
  }

  #nextWait() {
    const wait = BACKOFF_MS[Math.min(this.#tries, BACKOFF_MS.length - 1)];
    this.#tries += 1;
    return wait * (0.7 + 0.6 * this.#world.random());
  }

  /** @param {Status} status */
  #become(status) {
    if (this.status === status) return;
    this.status = status;
    this.#on.status(status);
  }
}
