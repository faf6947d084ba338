/**
 * This person's own sound, on its way to the site's server; loaded and begun only by their press. Muted, or with nobody there
 * to read it, nothing is sent.
 */

/** @import { Failure, Heard } from "../captions.js" */

const RETRY_MS = 2000;
const TRIES = 5;
/** So much waits to be sent (4 s of sound), and what comes now would be read too late. */
const FULL = 128_000;
/** What the server ends it with for good. @type {Map<string | undefined, Failure>} */
const FAILURES = new Map([["captions.failed", "failed"], ["captions.busy", "busy"], ["captions.used_up", "used_up"]]);
/** A newer window of the same person has its captions written. */
const REPLACED = 4001;

/**
 * @typedef {object} Speaker  the part of Devices that is needed here
 * @property {AudioContext | null} context
 * @property {MediaStreamTrack | null} microphone
 * @property {boolean} speaks
 *
 * @typedef {{url: string, worklet: string}} Places
 * @typedef {Places & {devices: Speaker, heard: Heard, isRead: () => boolean, world?: Partial<SoundWorld>}} SoundHow
 * @typedef {{WebSocket: typeof WebSocket, AudioWorkletNode: typeof AudioWorkletNode, MediaStream: typeof MediaStream}} SoundWorld
 */

export class Sound {
  #url;
  #devices;
  #heard;
  #isRead;
  #world;
  #node;
  /** @type {MediaStreamTrack | null} */
  #track = null;
  /** @type {MediaStreamAudioSourceNode | null} */
  #source = null;
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #retry;
  #tries = 0;

  /** @param {SoundHow} how */
  static async begin(how) {
    await /** @type {AudioContext} */ (how.devices.context).audioWorklet.addModule(how.worklet);
    return new Sound(how);
  }

  /** @param {SoundHow} how */
  constructor({ url, devices, heard, isRead, world = {} }) {
    const { WebSocket, AudioWorkletNode, MediaStream } = globalThis;
    this.#world = { WebSocket, AudioWorkletNode, MediaStream, ...world };
    this.#url = url;
    this.#devices = devices;
    this.#heard = heard;
    this.#isRead = isRead;
    const context = /** @type {AudioContext} */ (devices.context);
    this.#node = new this.#world.AudioWorkletNode(context, "pieces");
    this.#node.port.onmessage = ({ data }) => this.#send(data);
    this.#node.connect(context.destination); // it gives no sound, but some browsers run only what leads there
    this.follow();
    this.#connect();
  }

  /** From the microphone that is used now. */
  follow() {
    const { context, microphone } = this.#devices;
    if (microphone === this.#track || !context) return;
    this.#track = microphone;
    this.#source?.disconnect();
    this.#source = null;
    if (!microphone) return;
    try {
      this.#source = context.createMediaStreamSource(new this.#world.MediaStream([microphone]));
      this.#source.connect(this.#node);
    } catch (problem) {
      console.warn("captions", problem); // Firefox, of a microphone with another rate than the loudspeaker's
      this.#heard.failed("unheard");
    }
  }

  end() {
    this.#track = null;
    this.#source?.disconnect();
    this.#node.disconnect();
    this.#node.port.onmessage = null;
    this.#drop();
  }

  /** @param {Int16Array} piece */
  #send(piece) {
    const socket = this.#socket;
    if (!this.#devices.speaks || !this.#isRead()) return;
    if (socket?.readyState !== this.#world.WebSocket.OPEN || socket.bufferedAmount > FULL) return;
    socket.send(/** @type {BufferSource} */ (piece));
  }

  #connect() {
    const socket = new this.#world.WebSocket(this.#url);
    this.#socket = socket;
    socket.onopen = () => (this.#tries = 0);
    socket.onmessage = ({ data }) => this.#receive(socket, JSON.parse(data));
    socket.onclose = ({ code }) => this.#closed(code);
  }

  /** @param {WebSocket} socket @param {{type: string, text?: string, code?: string}} message */
  #receive(socket, { type, text = "", code }) {
    if (type === "ping") socket.send('{"type":"pong"}');
    else if (type === "caption") this.#heard.text(text);
    else if (FAILURES.has(code)) this.#heard.failed(FAILURES.get(code));
  }

  /** The server began anew, or the network was away, or the seat is taken anew just now. @param {number} code */
  #closed(code) {
    this.#drop();
    this.#tries += 1;
    if (code === REPLACED || this.#tries > TRIES) this.#heard.failed();
    else this.#retry = setTimeout(() => this.#connect(), RETRY_MS);
  }

  #drop() {
    clearTimeout(this.#retry);
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}
