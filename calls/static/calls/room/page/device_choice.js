/** Which microphone, camera and speaker: the lists to choose from, wherever devices are looked at. */

import { byId, show } from "./dom.js";

/** @import { Choice, Devices } from "../devices.js" */
/** @import { Words } from "./words.js" */

/** @type {[keyof Choice, MediaDeviceKind][]} */
const KINDS = [["microphone", "audioinput"], ["camera", "videoinput"], ["speaker", "audiooutput"]];

export class DeviceChoice {
  #devices;
  #words;
  #speakThrough;
  #drawn = "";

  /** @param {Devices} devices @param {Words} words @param {(speaker: string) => Promise<void>} speakThrough */
  constructor(devices, words, speakThrough) {
    this.#devices = devices;
    this.#words = words;
    this.#speakThrough = speakThrough;
    for (const [kind] of KINDS) byId(kind).addEventListener("change", () => this.#choose(kind));
    const canChoose = "setSinkId" in HTMLMediaElement.prototype;
    show(byId("speaker-field"), canChoose);
    // One that is not there any more leaves the usual one.
    if (canChoose && devices.choice.speaker) speakThrough(devices.choice.speaker).catch(() => {});
    // Opened by itself, before any press on the page: until then a browser lets no sound begin.
    for (const press of ["pointerdown", "keydown"]) document.addEventListener(press, () => devices.wake());
  }

  /** Again after every change: an allowance brings the names, a plug brings a device. @param {() => boolean} isOpen */
  async list(isOpen) {
    const found = isOpen() ? await this.#devices.list() : [];
    const wanted = JSON.stringify(found.map(({ deviceId, label }) => [deviceId, label]));
    if (!isOpen() || wanted === this.#drawn) return;
    this.#drawn = wanted;
    for (const [kind, deviceKind] of KINDS) {
      const named = found.filter((each) => each.kind === deviceKind && each.deviceId && each.label);
      const any = new Option(this.#words(`device.default_${kind}`), "");
      byId(kind, HTMLSelectElement).replaceChildren(any, ...named.map(({ label, deviceId }) => new Option(label, deviceId)));
      this.select(kind);
    }
  }

  /** What is used, whatever was pressed. @param {keyof Choice} kind */
  select(kind) {
    const select = byId(kind, HTMLSelectElement);
    select.value = this.#devices.choice[kind] ?? "";
    if (select.selectedIndex < 0) select.value = ""; // it is not there any more
  }

  /** @param {keyof Choice} kind */
  #choose(kind) {
    const id = byId(kind, HTMLSelectElement).value;
    this.#devices.choose(kind, id);
    if (kind === "speaker") this.#speakThrough(id).catch((problem) => console.warn("speaker", problem));
  }
}
