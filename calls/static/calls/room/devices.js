/**
 * What this person sends: a microphone, or silence that keeps the packets flowing when there is none (who is not heard
 * at all cannot be billed or found to be lost), and a camera and a shared screen when they turn them on.
 */

import { DeviceRequests, exactly, problemOf } from "./device_requests.js";

/** @import { Problem } from "./device_requests.js" */

const KEPT = "ringwise.devices";
/** Quieter is taken for silence. */
export const FAINTEST = 0.004;
const CAMERA = { width: 640, height: 480 };

/**
 * @typedef {{microphone?: string, camera?: string, speaker?: string}} Choice  device ids
 *
 * @typedef {object} DevicesListener
 * @property {() => void} change  of a track, a problem, or the list of devices
 *
 * @typedef {object} DevicesWorld  what a test replaces
 * @property {MediaDevices | undefined} mediaDevices
 * @property {typeof AudioContext} AudioContext
 * @property {Pick<Storage, "getItem" | "setItem">} storage
 */

export class Devices {
  #on;
  #world;
  /** @type {AudioContext | null} */
  #context = null;
  /** @type {MediaStreamTrack | null} */
  #silence = null;
  /** @type {MediaStreamTrack | null} */
  #microphone = null;
  /** Asked for by *Flip camera*; a chosen camera undoes it. @type {"" | "user" | "environment"} */
  #facing = "";
  /** @type {{node: AnalyserNode | null, samples: Uint8Array<ArrayBuffer>, track: MediaStreamTrack} | null} */
  #gauge = null;
  #requests;

  /** @type {MediaStreamTrack | null} */
  video = null;
  /** Beside the camera, not in its place. @type {MediaStreamTrack | null} */
  screen = null;
  /** @type {Problem | "asking" | null} */
  microphoneProblem = null;
  /** @type {Problem | "asking" | null} */
  cameraProblem = null;
  /** @type {"blocked" | null} */
  screenProblem = null;
  /** The person's own wish; it outlives pauses and losses. */
  muted = false;
  /** Muted, and the key is held that lets one speak. */
  held = false;
  /** The meter's: while it stands still neither side hears or sees the other. */
  hushed = false;
  /** @type {Choice} */
  choice;

  /** @param {{on: DevicesListener, world?: Partial<DevicesWorld>}} options */
  constructor({ on, world = {} }) {
    this.#on = on;
    const { navigator, AudioContext, localStorage } = globalThis;
    this.#world = { mediaDevices: navigator?.mediaDevices, AudioContext, storage: localStorage, ...world };
    this.#requests = new DeviceRequests(this.#world.mediaDevices);
    this.choice = this.#remembered();
    this.#world.mediaDevices?.addEventListener?.("devicechange", () => this.#on.change());
  }

  /** What is sent as sound. */
  get audio() {
    return this.#microphone ?? this.#silence;
  }

  get microphone() {
    return this.#microphone;
  }

  get hasMicrophone() {
    return this.#microphone !== null;
  }

  /** What is said now is sent: neither muted nor hushed. */
  get speaks() {
    return Boolean(this.#microphone?.enabled);
  }

  /** Shared with the sounds of the page; exists from *Join* on. */
  get context() {
    return this.#context;
  }

  /** Called by the press of *Join*: a browser lets sound begin in a press only. Never waits for an answer about devices. */
  open() {
    if (!this.#context) {
      this.#context = new this.#world.AudioContext();
      this.#soundThrough(this.choice.speaker);
      this.#silence = this.#makeSilence(this.#context);
    }
    this.#context.resume().catch(() => {});
    if (!this.#microphone) this.openMicrophone();
  }

  /** By any press: what was begun before the first one stands still. */
  wake() {
    if (this.#context?.state === "suspended") this.#context.resume().catch(() => {});
  }

  /** Ask for the chosen microphone, else any. Until there is one, the one before is sent, or silence. */
  async openMicrophone() {
    this.microphoneProblem = this.#microphone ? null : "asking";
    this.#on.change();
    try {
      const wish = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
      const track = await this.#requests.device(exactly(this.choice.microphone), "audio", wish, { orAny: !this.#microphone });
      if (!track) return;
      this.#microphone?.stop();
      this.#microphone = track;
      this.microphoneProblem = null;
      track.onended = () => this.#microphoneGone(track);
    } catch (error) {
      this.microphoneProblem = this.#microphone ? "kept" : problemOf(error);
      if (this.#microphone) this.#keep("microphone", this.#microphone.getSettings().deviceId ?? "");
    }
    this.#apply();
  }

  /** The chosen camera, else any; where it cannot be had, the one before again. */
  async cameraOn() {
    const before = this.video?.getSettings().deviceId;
    this.video?.stop(); // many phones open one camera at a time
    this.cameraProblem = "asking";
    this.#on.change();
    try {
      const which = this.#facing ? { facingMode: { exact: this.#facing } } : exactly(this.choice.camera);
      if (!this.#useCamera(await this.#requests.device(which, "video", CAMERA, { orAny: !before }))) return;
      this.cameraProblem = null;
    } catch (error) {
      this.cameraProblem = problemOf(error);
      this.video = null;
      if (before && !(await this.#reopenCamera(before))) return;
    }
    this.#apply();
  }

  /** @param {MediaStreamTrack | null} track @returns {boolean} false: no longer wished */
  #useCamera(track) {
    if (!track) return false;
    this.video = track;
    track.onended = () => this.#cameraGone(track);
    return true;
  }

  /** @param {string} before  id of what was on @returns {Promise<boolean>} false: no longer wished */
  async #reopenCamera(before) {
    try {
      if (!this.#useCamera(await this.#requests.ask("video", { ...CAMERA, ...exactly(before) }))) return false;
      this.cameraProblem = "kept";
      this.#facing = "";
      this.#keep("camera", before); // the other one would be demanded the next time, and fail again
    } catch {
      // gone as well: the first problem stands
    }
    return true;
  }

  /** Stops the camera itself, so that its light goes out. */
  cameraOff() {
    this.#requests.drop("video");
    this.video?.stop();
    this.video = null;
    this.cameraProblem = null;
    this.#on.change();
  }

  /** Phones have no screen to share. */
  get canShare() {
    return typeof this.#world.mediaDevices?.getDisplayMedia === "function";
  }

  /** The browser asks which screen or window; whoever chooses none has said no, and needs no word about it. */
  async share() {
    this.screenProblem = null;
    const track = await this.#requests.screen().catch((error) => {
      if (problemOf(error) === "blocked") this.screenProblem = "blocked";
      return null;
    });
    if (this.screenProblem) this.#on.change();
    if (!track) return;
    this.screen?.stop();
    this.screen = track;
    track.contentHint = "detail"; // letters stay sharp, whatever the number of pictures a second
    track.onended = () => {
      if (track === this.screen) this.unshare();
    };
    this.#apply();
  }

  unshare() {
    this.#requests.drop("screen");
    this.screen?.stop();
    this.screen = null;
    this.#on.change();
  }

  /** @param {boolean} muted */
  setMuted(muted) {
    this.muted = muted;
    this.#apply();
  }

  /** @param {boolean} held */
  setHeld(held) {
    if (this.held === held) return;
    this.held = held;
    this.#apply();
  }

  /** The camera on the other side of a phone. */
  get canFlip() {
    return Boolean(this.video?.getSettings().facingMode);
  }

  flip() {
    if (this.cameraProblem === "asking") return Promise.resolve(); // pressed twice
    const { facingMode } = this.video?.getSettings() ?? {};
    this.#facing = facingMode === "environment" ? "user" : "environment";
    return this.cameraOn();
  }

  /** @param {boolean} hushed */
  setHushed(hushed) {
    if (this.hushed === hushed) return;
    this.hushed = hushed;
    this.#apply();
  }

  /** @param {keyof Choice} kind @param {string} id */
  choose(kind, id) {
    this.#keep(kind, id);
    if (kind === "microphone" && this.#context) return this.openMicrophone();
    if (kind === "speaker") this.#soundThrough(id);
    if (kind === "camera") this.#facing = "";
    if (kind === "camera" && this.video) return this.cameraOn();
    return Promise.resolve();
  }

  /** @param {keyof Choice} kind @param {string} id */
  #keep(kind, id) {
    this.choice = { ...this.choice, [kind]: id };
    this.#world.storage.setItem(KEPT, JSON.stringify(this.choice));
  }

  /** @returns {Promise<MediaDeviceInfo[]>} without names until a device was allowed */
  async list() {
    return (await this.#world.mediaDevices?.enumerateDevices()) ?? [];
  }

  /** Own sound now, 0 to 1; null without a microphone. */
  level() {
    const track = this.#microphone;
    if (!track || !this.#context) return null;
    if (this.#gauge?.track !== track) this.#gauge = this.#makeGauge(this.#context, track);
    const { node, samples } = this.#gauge;
    if (!node) return null;
    node.getByteTimeDomainData(samples);
    return samples.reduce((peak, sample) => Math.max(peak, Math.abs(sample - 128)), 0) / 128;
  }

  /** After hanging up: microphone and camera are let go. */
  close() {
    this.#requests.drop("audio");
    this.#microphone?.stop();
    this.#microphone = null;
    this.microphoneProblem = null;
    this.hushed = false;
    this.unshare();
    this.cameraOff();
  }

  #apply() {
    if (this.#microphone) this.#microphone.enabled = (!this.muted || this.held) && !this.hushed;
    if (this.video) this.video.enabled = !this.hushed;
    if (this.screen) this.screen.enabled = !this.hushed;
    this.#on.change();
  }

  /** Unplugged, or taken back by the person: go on with silence. @param {MediaStreamTrack} track */
  #microphoneGone(track) {
    if (track !== this.#microphone) return;
    this.#microphone = null;
    this.microphoneProblem = "unplugged";
    this.#on.change();
  }

  /** @param {MediaStreamTrack} track */
  #cameraGone(track) {
    if (track !== this.video) return;
    this.video = null;
    this.cameraProblem = "unplugged";
    this.#on.change();
  }

  /** The sounds of the page; the other's voice is played by the page itself. @param {string | undefined} speaker */
  #soundThrough(speaker) {
    const context = /** @type {{setSinkId?: (id: string) => Promise<void>} | null} */ (/** @type {unknown} */ (this.#context));
    if (speaker !== undefined) context?.setSinkId?.(speaker).catch((problem) => console.info("speaker", problem));
  }

  /** An oscillator at gain 0 sends 50 packets a second; a destination without a source sends none. @param {AudioContext} context */
  #makeSilence(context) {
    const [oscillator, gain, destination] = [
      context.createOscillator(), context.createGain(), context.createMediaStreamDestination(),
    ];
    gain.gain.value = 0;
    oscillator.connect(gain).connect(destination);
    oscillator.start();
    return destination.stream.getAudioTracks()[0];
  }

  /** @param {AudioContext} context @param {MediaStreamTrack} track */
  #makeGauge(context, track) {
    const node = context.createAnalyser();
    node.fftSize = 256;
    try {
      context.createMediaStreamSource(new MediaStream([track])).connect(node);
    } catch (problem) {
      console.warn("level", problem); // Firefox, of a microphone with another rate than the loudspeaker's
      return { node: null, samples: new Uint8Array(0), track };
    }
    return { node, samples: new Uint8Array(node.fftSize), track };
  }

  /** @returns {Choice} */
  #remembered() {
    try {
      return JSON.parse(this.#world.storage.getItem(KEPT) ?? "{}");
    } catch {
      return {};
    }
  }
}
