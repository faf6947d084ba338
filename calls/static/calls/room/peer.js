/**
 * The connection between the two browsers: perfect negotiation, recovery, and the counters that billing looks at.
 *
 * A transceiver each for sound, camera and shared screen is there from the first offer, so that turning one of them on later
 * replaces a track and negotiates nothing. Whoever gets the first offer adopts its transceivers instead of adding more.
 */

import { CandidateBatch } from "./candidates.js";
import { countersOf, Flow, isRelayed, screenFrames } from "./flow.js";
import { Quality, sampleOf } from "./quality.js";
import { Speech } from "./speech.js";

/** @import { PeerNotice, Signal } from "./messages.js" */

const LOOK_MS = 500;
const SCREEN_STILL_MS = 30_000;
/** Of the channels, agreed on beforehand, so that two who begin at once have them. */
const CHANNEL_IDS = { files: 1, captions: 2 };
const LOW_BYTES = 2 ** 18;

/** In this order of sections: the second with a picture is the screen. @type {Slot[]} */
const SLOTS = ["audio", "video", "screen"];

/**
 * @typedef {"audio" | "video" | "screen"} Slot
 *
 * @typedef {object} PeerListener
 * @property {(data: Signal) => void} signal  to send to the other side
 * @property {(audio: MediaStreamTrack | null, video: MediaStreamTrack | null, screen: MediaStreamTrack | null) => void} tracks
 *   the other's
 * @property {() => void} change  of `hearing`, `seeing` or `connected`
 * @property {(count: number) => void} stalled  nothing has arrived for too long, for the count-th time
 *
 * @typedef {object} ChannelEnd  who speaks over a channel
 * @property {(channel: RTCDataChannel) => void} use  it is open
 * @property {() => void} lost  it is gone
 * @property {(data: string | ArrayBuffer) => void} hear  what came over it
 *
 * @typedef {Partial<Record<keyof typeof CHANNEL_IDS, ChannelEnd>>} ChannelEnds
 *
 * @typedef {object} PeerWorld  what a test replaces
 * @property {typeof RTCPeerConnection} RTCPeerConnection
 * @property {typeof MediaStream} MediaStream
 * @property {() => number} elapsed
 */

export class Peer {
  #on;
  #ends;
  #world;
  /** @type {RTCPeerConnection | null} */
  #pc = null;
  #flow = new Flow();
  #hearing = false;
  #quality = new Quality();
  #screen = { frames: 0, at: -Infinity };
  /** Of the sound of either. */
  speech = new Speech();
  #polite = true;
  #makingOffer = false;
  #ignoring = false;
  /** @type {string | null} */
  #page = null;
  /** A new page's first offer was answered before the server's notice of that page came: they travel apart. */
  #early = false;
  /** @type {RTCConfiguration} */
  #configuration = {};
  /** @type {Record<Slot, MediaStreamTrack | null>} */
  #own = { audio: null, video: null, screen: null };
  #batch = new CandidateBatch((candidates) => this.#on.signal({ candidates }));
  /** @type {(RTCIceCandidateInit | null)[]} */
  #tooEarly = [];
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #watch;
  /** One signal after another: each is asynchronous, and their order matters. @type {Promise<void>} */
  #queue = Promise.resolve();
  /** What `change` last told of. */
  #seen = "";

  /** The other holds a seat. */
  present = false;
  /** The person's wish, until the page is closed. */
  soundOnly = false;
  /** What is sent passes a relay. @type {boolean | null} null: nothing is sent yet */
  relayed = null;

  /** @param {{on: PeerListener, channels?: ChannelEnds, world?: Partial<PeerWorld>}} options */
  constructor({ on, channels = {}, world = {} }) {
    this.#on = on;
    this.#ends = channels;
    const { RTCPeerConnection, MediaStream } = globalThis; // plain names would stop where there is no browser
    this.#world = { RTCPeerConnection, MediaStream, elapsed: () => performance.now(), ...world };
  }

  /** There is a connection, working or not. */
  get isBegun() {
    return this.#pc !== null;
  }

  get polite() {
    return this.#polite;
  }

  /** Sound arrives, and since it began to, the two have agreed on how: a side may hear while its offer reaches nobody. */
  get hearing() {
    return this.#hearing;
  }

  get everHeard() {
    return this.#flow.everHeard;
  }

  get seeing() {
    return this.#flow.seeing;
  }

  /** A shared screen arrives: something new of it came lately, for what stands still is sent seldom. */
  get showing() {
    return this.#world.elapsed() - this.#screen.at < SCREEN_STILL_MS;
  }

  /** How well it gets through, and since when (ms as `elapsed` counts). */
  get quality() {
    const { step, since } = this.#quality;
    return { step, since };
  }

  /** Of the two certificates that the connection rests on; null until there is one. */
  get fingerprints() {
    if (this.#pc?.connectionState !== "connected") return null;
    const mine = fingerprint(this.#pc.localDescription?.sdp);
    const theirs = fingerprint(this.#pc.remoteDescription?.sdp);
    return mine && theirs ? { mine, theirs } : null;
  }

  /** @param {RTCConfiguration} configuration */
  configure(configuration) {
    this.#configuration = configuration;
    if (this.#pc?.signalingState !== "closed") this.#pc?.setConfiguration(configuration);
  }

  /** Nothing but sound is wanted of the other. @param {boolean} wish */
  setSoundOnly(wish) {
    this.soundOnly = wish;
    for (const slot of SLOTS) {
      const transceiver = this.#transceiver(slot);
      if (transceiver) transceiver.direction = this.#direction(slot);
    }
  }

  /** @param {Slot} slot @returns {RTCRtpTransceiverDirection} */
  #direction(slot) {
    return this.soundOnly && slot !== "audio" ? "sendonly" : "sendrecv";
  }

  /** What is sent from now on. @param {Slot} slot @param {MediaStreamTrack | null} track */
  async send(slot, track) {
    if (this.#own[slot] === track) return;
    this.#own[slot] = track;
    const transceiver = this.#transceiver(slot);
    if (transceiver) await transceiver.sender.replaceTrack(track);
    else if (track && this.#pc) this.#offerSlot(this.#pc, slot); // the other side has offered less
  }

  /** @param {PeerNotice} notice */
  notice({ present, polite, page }) {
    this.#polite = polite;
    this.present = present;
    if (!present) return;
    const known = this.#pc !== null && (this.#early || page === this.#page);
    const early = this.#early;
    this.#early = false;
    this.#page = page;
    if (!known) this.#begin();
    else if (this.#pc && !early) this.#sameAgain(this.#pc);
  }

  /** Begin anew even with the same page: restarting the old connection did not help. */
  restartAll() {
    if (this.present) this.#begin();
  }

  /** @param {Signal} data */
  signal(data) {
    this.#queue = this.#queue.then(() => this.#take(data)).catch((problem) => console.warn("signal", problem));
    return this.#queue;
  }

  /** Inbound audio packets so far, and decoded frames; null without a connection. */
  async counters() {
    return this.#pc && countersOf(await this.#pc.getStats());
  }

  close() {
    this.#forget();
    this.#pc = this.#page = null;
    this.#tooEarly = [];
    this.#early = this.present = false;
    this.#on.tracks(null, null, null);
  }

  #begin() {
    this.#tooEarly = [];
    const pc = this.#fresh();
    for (const slot of SLOTS) this.#offerSlot(pc, slot);
  }

  /** The same page on a new socket: media may never have stopped. @param {RTCPeerConnection} pc */
  #sameAgain(pc) {
    if (pc.signalingState === "have-local-offer") this.#sendDescription(pc); // the answer, or the offer, went astray
    else if (!this.#flow.hearing && this.#flow.everHeard) pc.restartIce();
    else if (["disconnected", "failed"].includes(pc.connectionState)) pc.restartIce();
  }

  /** What belonged to the connection so far. */
  #forget() {
    clearInterval(this.#watch);
    this.#batch.drop();
    if (this.#pc) for (const end of Object.values(this.#ends)) end.lost();
    this.#pc?.close();
    this.#makingOffer = this.#ignoring = this.#hearing = false;
    this.#flow = new Flow();
    this.#quality = new Quality();
    this.#screen = { frames: 0, at: -Infinity };
    this.#seen = "";
    this.relayed = null;
  }

  /** A connection without transceivers, in place of the old one. */
  #fresh() {
    this.#forget();
    const pc = new this.#world.RTCPeerConnection(this.#configuration);
    this.#pc = pc;
    pc.onnegotiationneeded = () => this.#offer(pc);
    pc.onicecandidate = ({ candidate }) => {
      if (pc === this.#pc) this.#batch.add(candidate);
    };
    pc.ontrack = () => this.#tellTracks(pc);
    for (const [label, id] of Object.entries(CHANNEL_IDS)) {
      const end = this.#ends[/** @type {keyof typeof CHANNEL_IDS} */ (label)];
      if (end) this.#openChannel(pc, label, id, end);
    }
    pc.onconnectionstatechange = () => this.#on.change();
    this.#watch = setInterval(() => this.#look(pc), LOOK_MS);
    return pc;
  }

  /** @param {RTCPeerConnection} pc @param {string} label @param {number} id @param {ChannelEnd} end */
  #openChannel(pc, label, id, end) {
    const channel = pc.createDataChannel(label, { negotiated: true, id });
    channel.binaryType = "arraybuffer";
    channel.bufferedAmountLowThreshold = LOW_BYTES;
    channel.onopen = () => end.use(channel);
    channel.onmessage = ({ data }) => {
      if (pc === this.#pc) end.hear(data);
    };
    channel.onclose = () => {
      if (pc === this.#pc) end.lost();
    };
  }

  /** @param {RTCPeerConnection} pc @param {Slot} slot */
  #offerSlot(pc, slot) {
    if (slot === "screen" && !this.#transceiver("video")) this.#offerSlot(pc, "video"); // it would be taken for the camera
    const streams = [new this.#world.MediaStream()];
    pc.addTransceiver(this.#own[slot] ?? kindOf(slot), { direction: this.#direction(slot), streams });
  }

  /** @param {Slot} slot @returns {RTCRtpTransceiver | undefined} */
  #transceiver(slot) {
    const transceivers = this.#pc?.getTransceivers() ?? [];
    const kind = kindOf(slot);
    const alike = transceivers.filter((each) => each.receiver.track.kind === kind && each.currentDirection !== "stopped");
    return alike[slot === "screen" ? 1 : 0];
  }

  /** @param {RTCPeerConnection} pc */
  async #offer(pc) {
    if (pc !== this.#pc) return;
    this.#makingOffer = true;
    try {
      await pc.setLocalDescription();
      this.#sendDescription(pc);
    } catch (problem) {
      if (pc === this.#pc) console.warn("offer", problem);
    } finally {
      if (pc === this.#pc) this.#makingOffer = false;
    }
  }

  /** @param {RTCPeerConnection} pc */
  #sendDescription(pc) {
    if (pc !== this.#pc || !pc.localDescription) return;
    const { type, sdp } = pc.localDescription;
    this.#on.signal({ description: { type, sdp } });
  }

  /** @param {Signal} data */
  async #take({ description, candidates }) {
    if (description) await this.#takeDescription(description);
    else if (candidates) await this.#takeCandidates(candidates);
  }

  /** @param {RTCSessionDescriptionInit} description */
  async #takeDescription(description) {
    // Somebody in between could name the other side's certificate where we look, and their own where the browser does.
    if (named(description.sdp).size > 1) return console.warn("a description with two certificates");
    const offered = description.type === "offer";
    const stranger = offered && this.#isOfAnother(description);
    const collision = offered && (this.#makingOffer || (this.#pc && this.#pc.signalingState !== "stable"));
    this.#ignoring = Boolean(collision) && !this.#polite && !stranger;
    if (this.#ignoring) return;
    if (!offered && this.#pc?.signalingState !== "have-local-offer") return; // of a connection that is gone
    if (!offered && this.#isOfAnother(description)) return console.warn("an answer with another certificate");
    const adopting = stranger || (offered && !this.#pc?.remoteDescription);
    if (stranger || (adopting && this.#page === null)) this.#early = true;
    const pc = adopting ? this.#fresh() : /** @type {RTCPeerConnection} */ (this.#pc);
    await pc.setRemoteDescription(description);
    await this.#addEarly(pc);
    if (!offered) return;
    if (adopting) await this.#adopt(pc);
    await pc.setLocalDescription();
    this.#sendDescription(pc);
  }

  /**
   * Every connection has a certificate of its own: an offer with another one comes from a new page, and no old
   * connection can answer it.
   * @param {RTCSessionDescriptionInit} description
   */
  #isOfAnother({ sdp }) {
    const known = fingerprint(this.#pc?.remoteDescription?.sdp);
    return known !== null && known !== fingerprint(sdp);
  }

  /** Answer with our own tracks in the transceivers that the offer brought. @param {RTCPeerConnection} pc */
  async #adopt(pc) {
    for (const slot of SLOTS) {
      const transceiver = this.#transceiver(slot);
      if (pc !== this.#pc) return;
      if (transceiver) {
        transceiver.direction = this.#direction(slot);
        await transceiver.sender.replaceTrack(this.#own[slot]);
      } else if (this.#own[slot]) this.#offerSlot(pc, slot);
    }
  }

  /** @param {(RTCIceCandidateInit | null)[]} candidates */
  async #takeCandidates(candidates) {
    if (this.#ignoring) return;
    this.#tooEarly.push(...candidates);
    if (this.#pc?.remoteDescription) await this.#addEarly(this.#pc);
  }

  /** @param {RTCPeerConnection} pc */
  async #addEarly(pc) {
    for (const candidate of this.#tooEarly.splice(0)) {
      await pc.addIceCandidate(candidate ?? undefined).catch((problem) => console.warn("candidate", problem));
    }
  }

  /** @param {RTCPeerConnection} pc */
  #tellTracks(pc) {
    if (pc !== this.#pc) return;
    const [audio, video, screen] = SLOTS.map((slot) => this.#transceiver(slot)?.receiver.track ?? null);
    this.#on.tracks(audio, video, screen);
  }

  /** @param {number} frames  so far */
  #lookAtScreen(frames) {
    if (frames > this.#screen.frames) this.#screen.at = this.#world.elapsed();
    this.#screen.frames = frames;
  }

  /** @param {RTCPeerConnection} pc */
  async #look(pc) {
    const stats = await pc.getStats().catch(() => null);
    if (!stats || pc !== this.#pc) return;
    const screen = this.#transceiver("screen")?.mid;
    const alarm = this.#flow.look(this.#world.elapsed(), countersOf(stats, screen));
    this.#hearing = this.#flow.hearing && (this.#hearing || pc.signalingState === "stable");
    this.#lookAtScreen(screenFrames(stats, screen));
    this.#quality.look(this.#world.elapsed(), sampleOf(stats));
    this.speech.look(stats);
    this.relayed = isRelayed(stats);
    const seen = `${this.hearing} ${this.seeing} ${this.relayed} ${this.#quality.step}`;
    if (seen !== this.#seen) {
      this.#seen = seen;
      this.#on.change();
    }
    if (alarm && this.present) this.#on.stalled(alarm);
  }
}

/** @param {Slot} slot */
function kindOf(slot) {
  return slot === "audio" ? "audio" : "video";
}

/**
 * Of the one certificate that a description names: a browser has one for a connection, in whichever sections it writes it.
 * @param {string | undefined} sdp
 */
function fingerprint(sdp) {
  const [only, ...more] = named(sdp);
  return only && !more.length ? only : null;
}

/** Every certificate that a description names anywhere, whatever a browser might read it from. @param {string | undefined} sdp */
function named(sdp) {
  const lines = (sdp ?? "").split(/[\r\n]+/).filter((line) => /fingerprint/i.test(line));
  return new Set(lines.map((line) => line.replace(/^a=fingerprint:/i, "").trim().toLowerCase()));
}
