/** What the browser gives the room's modules, made up: a socket, a connection, devices. */

export class FakeSocket {
  static all = [];
  sent = [];
  closed = false;

  constructor(url) {
    this.url = url;
    FakeSocket.all.push(this);
  }

  static get last() {
    return FakeSocket.all.at(-1);
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {
    this.closed = true;
  }

  open() {
    this.onopen?.();
  }

  say(message) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  end(code = 1006) {
    this.onclose?.({ code });
  }

  types() {
    return this.sent.map(({ type }) => type);
  }
}

/** The `state` message, with what a test is about. */
export function state({ call = {}, joined = false, present = true, role = "payer", hand = false, ...changes } = {}) {
  const known = { id: 17, state: "live", end_reason: "", ends_at: null, receipt: null };
  return {
    type: "state", now: 1_760_000_000_000, you: { id: 3, role, name: "Alice", joined, hand, screen: false },
    other: { id: 5, name: "Bob", present, presence: "busy", slug: "bob", hand: false, screen: false },
    call: call && { ...known, ...call }, can_ring: false, offer: null,
    meter: { period: null, state: "free", cost_text: "€0.00", last: null }, ...changes,
  };
}

/** Lets everything that is waiting for nothing but its turn happen. */
export async function settle() {
  for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
}

let certificates = 0;
let numbers = 0;

/** As much of RTCPeerConnection as perfect negotiation leans on, with its rules about states. */
export class FakeConnection {
  static all = [];
  signalingState = "stable";
  connectionState = "new";
  localDescription = null;
  remoteDescription = null;
  transceivers = [];
  candidates = [];
  restarts = 0;
  packets = 0;
  frames = 0;
  certificate = `AA:${(certificates += 1)}`;
  #needed = false;
  #later = false;

  constructor(configuration) {
    this.configuration = configuration;
    FakeConnection.all.push(this);
  }

  setConfiguration(configuration) {
    this.configuration = configuration;
  }

  addTransceiver(trackOrKind, { direction }) {
    const kind = typeof trackOrKind === "string" ? trackOrKind : trackOrKind.kind;
    const made = transceiver(kind, typeof trackOrKind === "string" ? null : trackOrKind);
    this.transceivers.push(Object.assign(made, { direction }));
    this.#need();
  }

  channels = {};

  createDataChannel(label, { id }) {
    const channel = { id, sent: [], send: (text) => channel.sent.push(text), readyState: "connecting", addEventListener() {} };
    this.channels[label] = channel;
    return channel;
  }

  getTransceivers() {
    return this.transceivers;
  }

  restartIce() {
    this.restarts += 1;
    this.#need();
  }

  #need() {
    if (this.#needed) return;
    this.#needed = true;
    queueMicrotask(() => {
      this.#needed = false;
      this.#later = this.signalingState !== "stable";
      if (!this.#later) this.onnegotiationneeded?.();
    });
  }

  #describe(type) {
    const media = this.transceivers.map(({ receiver }) => receiver.track.kind).join(",");
    return { type, sdp: `v=0\r\na=fingerprint:sha-256 ${this.certificate}\r\no=${(numbers += 1)}\r\nm=${media}\r\n` };
  }

  async setLocalDescription() {
    await null;
    if (this.signalingState === "closed") throw new Error("closed");
    const answering = this.signalingState === "have-remote-offer";
    this.localDescription = this.#describe(answering ? "answer" : "offer");
    this.signalingState = answering ? "stable" : "have-local-offer";
    if (answering && this.#later) this.#need();
    queueMicrotask(() => this.onicecandidate?.({ candidate: { toJSON: () => ({ candidate: `of ${this.certificate}` }) } }));
  }

  async setRemoteDescription(description) {
    await null;
    if (this.signalingState === "closed") throw new Error("closed");
    if (description.type === "answer" && this.signalingState !== "have-local-offer") throw new Error("no offer to answer");
    this.signalingState = description.type === "offer" ? "have-remote-offer" : "stable";
    this.remoteDescription = description;
    const sections = description.sdp.match(/m=(.*)\r/)[1].split(",");
    for (const kind of sections.slice(this.transceivers.length)) this.transceivers.push(transceiver(kind, null));
    this.ontrack?.();
  }

  async addIceCandidate(candidate) {
    if (!this.remoteDescription) throw new Error("too early");
    this.candidates.push(candidate);
  }

  async getStats() {
    return new Map([
      ["a", { type: "inbound-rtp", kind: "audio", packetsReceived: this.packets }],
      ["v", { type: "inbound-rtp", kind: "video", framesDecoded: this.frames }],
      ["o", { type: "outbound-rtp", kind: "audio", packetsSent: 999 }],
    ]);
  }

  close() {
    this.signalingState = "closed";
  }
}

function transceiver(kind, track) {
  const made = {
    direction: "recvonly", currentDirection: null, receiver: { track: { kind } },
    sender: { track, async replaceTrack(next) { made.sender.track = next; } },
  };
  return made;
}

export class FakeStream {
  constructor(tracks = []) {
    this.tracks = tracks;
  }

  getTracks() {
    return this.tracks;
  }

  getAudioTracks() {
    return this.tracks;
  }
}

/** A microphone or camera, until it is stopped or unplugged. */
export class FakeTrack {
  enabled = true;
  stopped = false;

  constructor(kind, label, settings = {}) {
    this.kind = kind;
    this.label = label;
    this.settings = settings;
  }

  getSettings() {
    return this.settings;
  }

  stop() {
    this.stopped = true;
  }

  unplug() {
    this.onended?.();
  }
}

/** `answers`: for each question in turn a track, or an error to throw. */
export class FakeDevices {
  asked = [];
  answers = [];

  async getUserMedia(constraints) {
    this.asked.push(constraints);
    const answer = await (this.answers.shift() ?? new FakeTrack(Object.keys(constraints)[0], "some"));
    if (answer instanceof Error) throw answer;
    return new FakeStream([answer]);
  }

  /** The screen that the person chooses, or an error. */
  screen = null;

  async getDisplayMedia() {
    const chosen = await (this.screen ?? new FakeTrack("video", "the screen"));
    if (chosen instanceof Error) throw chosen;
    return new FakeStream([chosen]);
  }

  async enumerateDevices() {
    return [];
  }

  addEventListener() {}
}

/** Enough of WebAudio for a silent track: a destination with a source sends packets. */
export class FakeAudioContext {
  state = "running";

  async resume() {}

  #node(more = {}) {
    return { connect: (next) => next, ...more };
  }

  async setSinkId(id) {
    this.sink = id;
  }

  createOscillator() {
    return this.#node({ start: () => (this.started = true) });
  }

  createGain() {
    return this.#node({ gain: { value: 1 } });
  }

  createAnalyser() {
    return this.#node({ getByteTimeDomainData: (samples) => samples.fill(192) });
  }

  /** As Firefox does, of a microphone with another rate than the loudspeaker's. */
  refuses = false;

  createMediaStreamSource() {
    if (this.refuses) throw new Error("NotSupportedError");
    return this.#node();
  }

  createMediaStreamDestination() {
    return this.#node({ stream: new FakeStream([new FakeTrack("audio", "silence")]) });
  }
}

export class FakeStorage {
  kept = {};

  getItem(key) {
    return this.kept[key] ?? null;
  }

  setItem(key, value) {
    this.kept[key] = value;
  }
}
