/** Do microphone, camera and network work? Told in the panel of devices; whoever was well once is not asked to look again. */

import { FAINTEST } from "../devices.js";
import { byId, mark, onPress, say, show } from "./dom.js";

/** @import { Session } from "../session.js" */
/** @import { Words } from "./words.js" */

const KEPT = "ringwise.checked";
/**
 * @typedef {"waits" | "well" | "wrong"} Mark
 * @typedef {object} CheckDesk  as much of a desk as this looks at
 * @property {Pick<Session, "devices" | "network" | "screen" | "setRelayOnly">} session
 * @property {Words} words
 */

export class DeviceCheck {
  #desk;
  #preview = byId("camera-preview", HTMLVideoElement);
  #heard = false;
  #first = false;
  #passed = localStorage.getItem(KEPT) === "1";

  /** @param {CheckDesk} desk */
  constructor(desk) {
    this.#desk = desk;
    const { devices, network } = desk.session;
    onPress("microphone-again", () => devices.openMicrophone());
    onPress("try-camera", () => (devices.video ? devices.cameraOff() : devices.cameraOn()));
    onPress("network-again", () => network.tryRelay());
    byId("relay-only").addEventListener("change", () => desk.session.setRelayOnly(this.#relayOnly.checked));
  }

  get #relayOnly() {
    return byId("relay-only", HTMLInputElement);
  }

  /** All was well when last looked at. */
  get passed() {
    return this.#passed;
  }

  /** @param {boolean} first  nobody asked for it */
  begin(first) {
    this.#first = first;
    this.#heard = false;
    if (this.#desk.session.network.relay === "untried") this.#desk.session.network.tryRelay();
  }

  render() {
    show(byId("devices-first"), this.#first && this.#desk.session.screen === "lobby");
    const well = [this.#renderMicrophone(), this.#renderCamera(), this.#renderNetwork()];
    if (well.every(Boolean)) this.note(true);
    else if (well.includes(false)) this.note(false);
  }

  /** @returns {boolean | null} whether it works; null: not known yet */
  #renderMicrophone() {
    const { context, microphoneProblem, hasMicrophone, muted } = this.#desk.session.devices;
    const level = this.#desk.session.devices.level() ?? 0;
    byId("level", HTMLMeterElement).value = level;
    if (level > FAINTEST) this.#heard = true;
    show(byId("microphone-again"), ![null, "asking"].includes(microphoneProblem));
    if (hasMicrophone && context?.state === "suspended") return this.#tell("microphone-text", "waits", "device.microphone_press");
    if (microphoneProblem === "asking") return this.#tell("microphone-text", "waits", "device.microphone_asking");
    if (microphoneProblem) return this.#tell("microphone-text", "wrong", `device.microphone_${microphoneProblem}`);
    if (!hasMicrophone) return this.#tell("microphone-text", "waits", "");
    if (this.#heard) return this.#tell("microphone-text", "well", "device.microphone_well");
    return this.#tell("microphone-text", "waits", muted ? "device.microphone_muted" : "device.microphone_say");
  }

  /** Before the call it is tried; in the call one's own picture stands on the page already. @returns {boolean | null} */
  #renderCamera() {
    const { cameraProblem, video } = this.#desk.session.devices;
    const trying = this.#desk.session.screen === "lobby";
    show(byId("try-camera"), trying && cameraProblem !== "asking");
    say(byId("try-camera-text"), this.#desk.words(video ? "device.camera_off" : "device.try_camera"));
    show(this.#preview, trying && video !== null);
    const shown = this.#preview.srcObject instanceof MediaStream ? this.#preview.srcObject.getTracks()[0] : null;
    if (shown !== video) this.#preview.srcObject = video && new MediaStream([video]);
    if (cameraProblem === "asking") return this.#tell("camera-check", "waits", "device.camera_asking");
    if (cameraProblem) return this.#tell("camera-check", "wrong", `device.camera_${cameraProblem}`);
    if (video) return this.#tell("camera-check", "well", trying ? "device.camera_well" : "");
    this.#tell("camera-check", "waits", trying ? "device.camera_untried" : "");
    return true; // a call needs none
  }

  /** @returns {boolean | null} */
  #renderNetwork() {
    const { relay, hasRelay, relayOnly, isExposedOrStuck } = this.#desk.session.network;
    const failed = relay === "refused" || relay === "unreachable";
    show(byId("network-again"), failed);
    show(byId("relay-field"), hasRelay);
    this.#relayOnly.checked = relayOnly;
    const key = isExposedOrStuck ? `device.hidden_${relay === "none" ? "none" : "stuck"}` : `device.relay_${relay}`;
    const is = relay === "well" ? "well" : failed || isExposedOrStuck ? "wrong" : "waits";
    const found = this.#tell("network-text", is, key);
    return relay === "none" && !isExposedOrStuck ? true : found; // nothing that looking again would change
  }

  /** @param {string} id @param {Mark} is @param {string} key @returns {boolean | null} */
  #tell(id, is, key) {
    mark(byId(id), "is", is);
    say(byId(id), key ? this.#desk.words(key) : "");
    return is === "waits" ? null : is === "well";
  }

  /** What the next call begins with. @param {boolean} passed */
  note(passed) {
    if (passed === this.#passed) return;
    this.#passed = passed;
    localStorage.setItem(KEPT, passed ? "1" : "");
  }
}
