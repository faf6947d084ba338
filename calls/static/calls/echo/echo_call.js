/**
 * A test call: sound and picture go out, and come back from an echo, or from this very browser by way of the site's relay.
 * It came through once one's own sound did: packets alone would pass with a microphone that is mute.
 */

import { FAINTEST } from "../room/devices.js";

/** @import { Devices } from "../room/devices.js" */

const LOOK_MS = 500;
/** To gather addresses; a relay over TCP may come later than that, and is not waited for. */
const GATHER_MS = 3000;
/** From the answer on, until nothing has come back. */
const PATIENCE_MS = 20_000;
const LONGEST_MS = 60_000;

/**
 * `failed` with a reason; `through`: it works, and goes on until the time is over.
 * @typedef {"idle" | "calling" | "talking" | "through" | "over" | "failed"} EchoState
 *
 * @typedef {(offer: RTCSessionDescriptionInit) => Promise<RTCSessionDescriptionInit>} Answer  raises an Error with words for the person
 *
 * @typedef {object} EchoListener
 * @property {() => void} change
 * @property {() => void} through  once a call
 * @property {(stream: MediaStream | null) => void} stream  what comes back
 *
 * @typedef {object} EchoWorld  what a test replaces
 * @property {typeof RTCPeerConnection} RTCPeerConnection
 * @property {typeof MediaStream} MediaStream
 */

export class EchoCall {
  #devices;
  #on;
  #world;
  /** @type {RTCPeerConnection | null} */
  #pc = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #watch;
  #since = 0;

  /** @type {EchoState} */
  state = "idle";
  /** Of `failed`: a key of the words, or words. */
  reason = "";
  /** One's own picture came back too. */
  seen = false;
  /** It came through, whatever became of it since. */
  passed = false;

  /** @param {{devices: Devices, on: EchoListener, world?: Partial<EchoWorld>}} options */
  constructor({ devices, on, world = {} }) {
    this.#devices = devices;
    this.#on = on;
    const { RTCPeerConnection, MediaStream } = globalThis;
    this.#world = { RTCPeerConnection, MediaStream, ...world };
  }

  get isOn() {
    return ["calling", "talking", "through"].includes(this.state);
  }

  /** @param {RTCConfiguration} configuration @param {Answer} answer */
  async begin(configuration, answer) {
    this.#close();
    this.seen = this.passed = false;
    const pc = new this.#world.RTCPeerConnection(configuration);
    this.#pc = pc;
    this.#become("calling");
    const stream = new this.#world.MediaStream();
    for (const kind of /** @type {const} */ (["audio", "video"])) {
      pc.addTransceiver(this.#devices[kind] ?? kind, { direction: "sendrecv" });
    }
    pc.ontrack = ({ track }) => {
      stream.addTrack(track);
      this.#on.stream(stream);
    };
    try {
      await pc.setLocalDescription();
      await gathered(pc);
      const description = await answer(/** @type {RTCSessionDescription} */ (pc.localDescription));
      if (pc !== this.#pc) return;
      await pc.setRemoteDescription(description);
    } catch (error) {
      if (pc === this.#pc) this.#fail(error instanceof EchoRefused ? error.message : "offline");
      return;
    }
    if (pc !== this.#pc) return;
    this.#since = performance.now();
    this.#watch = setInterval(() => this.#look(pc), LOOK_MS);
  }

  /** What is sent from now on: a camera may come, or a microphone be changed. */
  async update() {
    for (const { sender, receiver } of this.#pc?.getTransceivers() ?? []) {
      const track = receiver.track.kind === "audio" ? this.#devices.audio : this.#devices.video;
      if (sender.track !== track) await sender.replaceTrack(track).catch((problem) => console.warn("echo", problem));
    }
  }

  end() {
    if (!this.isOn) return;
    this.#close();
    this.#become("over");
  }

  /** @param {RTCPeerConnection} pc */
  async #look(pc) {
    const stats = await pc.getStats().catch(() => null);
    if (!stats || pc !== this.#pc) return;
    const [packets, level, frames] = cameBack(stats);
    const past = performance.now() - this.#since;
    if (frames > 0 && !this.seen && this.#devices.video) {
      this.seen = true;
      this.#on.change();
    }
    if (packets > 0 && this.state === "calling") this.#become("talking");
    if (level > FAINTEST && this.#devices.hasMicrophone && this.state === "talking") {
      this.passed = true;
      this.#become("through");
      this.#on.through();
    }
    if (past > LONGEST_MS) this.end();
    else if (past > PATIENCE_MS && !this.passed) this.#fail(packets > 0 ? "silent" : "lost");
  }

  /** @param {string} reason */
  #fail(reason) {
    this.#close();
    this.reason = reason;
    this.#become("failed");
  }

  /** @param {EchoState} state */
  #become(state) {
    this.state = state;
    this.#on.change();
  }

  #close() {
    clearInterval(this.#watch);
    this.#pc?.close();
    this.#pc = null;
    this.#on.stream(null);
  }
}

/** With words for the person. */
export class EchoRefused extends Error {}

/** @param {RTCStatsReport} stats @returns {[packets: number, level: number, frames: number]} */
function cameBack(stats) {
  let [packets, level, frames] = [0, 0, 0];
  for (const report of stats.values()) {
    if (report.type !== "inbound-rtp") continue;
    if (report.kind === "audio") [packets, level] = [report.packetsReceived ?? 0, report.audioLevel ?? 0];
    else frames = report.framesDecoded ?? 0;
  }
  return [packets, level, frames];
}

/** @param {RTCPeerConnection} pc @returns {Promise<void>} once its description has all addresses, or for long enough */
function gathered(pc) {
  return new Promise((resolve) => {
    const enough = setTimeout(resolve, GATHER_MS);
    const look = () => {
      if (pc.iceGatheringState !== "complete") return;
      clearTimeout(enough);
      resolve();
    };
    pc.onicegatheringstatechange = look;
    look();
  });
}

/**
 * This browser answers itself, both ends by way of the relay alone: what comes back has been out in the world.
 * @param {RTCConfiguration} configuration @param {typeof RTCPeerConnection} Connection
 * @returns {{answer: Answer, close: () => void}}
 */
export function mirror(configuration, Connection = globalThis.RTCPeerConnection) {
  const pc = new Connection(configuration);
  pc.ontrack = ({ track, transceiver }) => {
    transceiver.direction = "sendrecv";
    transceiver.sender.replaceTrack(track);
  };
  return {
    answer: async (offer) => {
      await pc.setRemoteDescription(offer);
      await pc.setLocalDescription();
      await gathered(pc);
      return /** @type {RTCSessionDescription} */ (pc.localDescription);
    },
    close: () => pc.close(),
  };
}
