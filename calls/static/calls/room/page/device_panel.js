/** The panel of devices; and in the call, words for why one of them does not work. */

import { FAINTEST } from "../devices.js";
import { DeviceCheck } from "./device_check.js";
import { DeviceChoice } from "./device_choice.js";
import { byId, onPress, say, show } from "./dom.js";
import { Panel } from "./panel.js";

/** @import { Desk } from "./desk.js" */

/** Unmuted, and not the faintest sound for so long: something is wrong with the microphone. */
const SILENT_MS = 12_000;
const CARDS = ["consent", "still-there"];

export class DevicePanel {
  #desk;
  #devices;
  #check;
  #choice;
  #panel;
  #soundAt = performance.now();
  #told = "";
  #screen = "";
  #offered = false;
  #warned = false;

  /** @param {Desk} desk @param {(speaker: string) => Promise<void>} speakThrough */
  constructor(desk, speakThrough) {
    this.#desk = desk;
    this.#devices = desk.session.devices;
    this.#check = new DeviceCheck(desk);
    this.#choice = new DeviceChoice(this.#devices, desk.words, speakThrough);
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
  }

  render() {
    const { screen } = this.#desk.session;
    if (screen !== this.#screen) this.#changeTo(screen);
    this.#listen();
    this.#choice.list(() => this.#panel.isOpen);
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
      this.#choice.select("camera");
      voice.notice(words("device.camera_kept"), "warning");
    }
    if (devices.microphoneProblem === "kept") {
      devices.microphoneProblem = null;
      this.#choice.select("microphone");
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

  #again() {
    if (this.#devices.cameraProblem) this.#devices.cameraOn();
    else this.#devices.openMicrophone();
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
