/** Which microphone, camera and speaker; and in the call, words for why one of them does not work. */

import { DeviceCheck, FAINTEST } from "./device_check.js";
import { byId, onPress, say, show } from "./dom.js";
import { Panel } from "./panel.js";

/** @import { Choice } from "../devices.js" */
/** @import { Desk } from "./desk.js" */

/** @type {[keyof Choice, MediaDeviceKind][]} */
const KINDS = [["microphone", "audioinput"], ["camera", "videoinput"], ["speaker", "audiooutput"]];
/** Unmuted, and not the faintest sound for so long: something is wrong with the microphone. */
const SILENT_MS = 12_000;
const CARDS = ["consent", "still-there"];

export class DevicePanel {
  #desk;
  #devices;
  #check;
  #speakThrough;
  #panel;
  #soundAt = performance.now();
  #drawn = "";
  #told = "";
  #screen = "";
  #offered = false;
  #warned = false;

  /** @param {Desk} desk @param {(speaker: string) => Promise<void>} speakThrough */
  constructor(desk, speakThrough) {
    this.#desk = desk;
    this.#devices = desk.session.devices;
    this.#check = new DeviceCheck(desk);
    this.#speakThrough = speakThrough;
    this.#panel = new Panel({
      panel: "devices",
      by: ["devices-switch", "lobby-devices"],
      cross: "devices-close",
      first: "devices-title",
      opened: (unasked) => {
        this.#devices.open(); // names of devices are told only to a page that was allowed one
        this.#check.begin(unasked);
      },
      closed: () => desk.session.screen === "lobby" && this.#devices.close(),
    });
    onPress("try-speaker", () => desk.sound("joined"));
    onPress("device-again", () => this.#again());
    // Opened by itself, before any press on the page: until then a browser lets no sound begin.
    for (const press of ["pointerdown", "keydown"]) document.addEventListener(press, () => this.#devices.wake());
    for (const [kind] of KINDS) byId(kind).addEventListener("change", () => this.#choose(kind));
    const canChoose = "setSinkId" in HTMLMediaElement.prototype;
    show(byId("speaker-field"), canChoose);
    // One that is not there any more leaves the usual one.
    if (canChoose && this.#devices.choice.speaker) speakThrough(this.#devices.choice.speaker).catch(() => {});
  }

  render() {
    const { screen } = this.#desk.session;
    if (screen !== this.#screen) this.#changeTo(screen);
    this.#listen();
    this.#list();
    if (this.#panel.isOpen) this.#check.render();
    this.#warnOfWish(screen);
    if (screen === "call") this.#tellOfKept();
    const problem = screen === "call" ? this.#problem() : "";
    const isHeld = CARDS.some((id) => !byId(id).hidden); // a card about money must not move under the thumb
    if (!isHeld) show(byId("device-problem"), problem !== "");
    show(byId("device-again"), !["microphone_asking", "microphone_silent", "screen_blocked"].includes(problem));
    this.#tell(problem);
    if (!problem) return;
    say(byId("device-problem-text"), this.#desk.words(`device.${problem}`));
    if (!["microphone_asking", "screen_blocked"].includes(problem)) this.#check.note(false);
  }

  /** The choice failed and the one before is used: a word, and no trouble that stays. Choosing it again tries again. */
  #tellOfKept() {
    const { voice, words } = this.#desk;
    const devices = this.#devices;
    if (devices.cameraProblem === "kept") {
      devices.cameraProblem = null;
      this.#select("camera");
      voice.notice(words("device.camera_kept"), "warning");
    }
    if (devices.microphoneProblem === "kept") {
      devices.microphoneProblem = null;
      this.#select("microphone");
      voice.notice(words("device.microphone_kept"), "warning");
    }
  }

  /** Aloud as well, once; what the browser asks it says itself. @param {string} problem */
  #tell(problem) {
    if (problem && problem !== "microphone_asking" && problem !== this.#told) this.#desk.voice.announce(this.#desk.words(`device.${problem}`));
    this.#told = problem;
  }

  /** Who comes for the first time, or had a trouble last time, finds it open before the call. @param {string} screen */
  #changeTo(screen) {
    this.#panel.close();
    this.#screen = screen;
    if (screen === "lobby" && !this.#check.passed && !this.#offered) this.#panel.open({ unasked: true });
    this.#offered ||= screen === "lobby";
    const { network } = this.#desk.session;
    if (screen === "lobby" && network.relayOnly) network.tryRelay();
  }

  /** Whoever hides the address and cannot is told before they join. @param {string} screen */
  #warnOfWish(screen) {
    if (screen !== "lobby" || this.#warned || !this.#desk.session.network.isExposedOrStuck) return;
    this.#warned = true;
    this.#panel.open({ unasked: true });
  }

  /** @param {keyof Choice} kind */
  #choose(kind) {
    const id = byId(kind, HTMLSelectElement).value;
    this.#devices.choose(kind, id);
    if (kind === "speaker") this.#speakThrough(id).catch((problem) => console.warn("speaker", problem));
  }

  #again() {
    if (this.#devices.cameraProblem) this.#devices.cameraOn();
    else this.#devices.openMicrophone();
  }

  /** Again after every change: an allowance brings the names, a plug brings a device. */
  async #list() {
    const found = this.#panel.isOpen ? await this.#devices.list() : [];
    const wanted = JSON.stringify(found.map(({ deviceId, label }) => [deviceId, label]));
    if (!this.#panel.isOpen || wanted === this.#drawn) return;
    this.#drawn = wanted;
    for (const [kind, deviceKind] of KINDS) {
      const named = found.filter((each) => each.kind === deviceKind && each.deviceId && each.label);
      const any = new Option(this.#desk.words(`device.default_${kind}`), "");
      byId(kind, HTMLSelectElement).replaceChildren(any, ...named.map(({ label, deviceId }) => new Option(label, deviceId)));
      this.#select(kind);
    }
  }

  /** What is used, whatever was pressed. @param {keyof Choice} kind */
  #select(kind) {
    const select = byId(kind, HTMLSelectElement);
    select.value = this.#devices.choice[kind] ?? "";
    if (select.selectedIndex < 0) select.value = ""; // it is not there any more
  }

  #listen() {
    const { muted, hushed } = this.#devices;
    const level = this.#devices.level();
    if (!muted && !hushed) this.#desk.session.peer.speech.own(level);
    if (level === null || level > FAINTEST || muted || hushed) this.#soundAt = performance.now();
  }

  /** @returns {string} a key of the words, or nothing to say */
  #problem() {
    const { cameraProblem, microphoneProblem, screenProblem } = this.#devices;
    if (screenProblem) return `screen_${screenProblem}`;
    if (cameraProblem && cameraProblem !== "asking") return `camera_${cameraProblem}`;
    if (microphoneProblem) return `microphone_${microphoneProblem}`;
    return performance.now() - this.#soundAt > SILENT_MS ? "microphone_silent" : "";
  }
}
