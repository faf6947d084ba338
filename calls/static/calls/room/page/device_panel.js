/** Which microphone, camera and speaker; the level of one's own sound; and words for why one of them does not work. */

import { play } from "../sounds.js";
import { byId, onPress, say, show } from "./dom.js";

/** @import { Choice } from "../devices.js" */
/** @import { Session } from "../session.js" */
/** @import { Words } from "./words.js" */

/** @type {Record<keyof Choice, MediaDeviceKind>} */
const KINDS = { microphone: "audioinput", camera: "videoinput", speaker: "audiooutput" };
/** Unmuted, and not the faintest sound for so long: something is wrong with the microphone. */
const SILENT_MS = 12_000;

/**
 * @param {Session} session @param {Words} words
 * @param {(speaker: string) => Promise<void>} speakThrough
 */
export function createDevicePanel(session, words, speakThrough) {
  const panel = byId("devices");
  const toggles = [byId("devices-switch"), byId("lobby-devices")];
  const { devices } = session;
  let open = false;
  let soundAt = performance.now();
  let listed = "";

  for (const toggle of toggles) toggle.addEventListener("click", () => setOpen(!open));
  onPress("devices-close", () => setOpen(false));
  onPress("try-speaker", () => play(devices.context, "joined"));
  onPress("device-again", () => (devices.cameraProblem ? devices.cameraOn() : devices.openMicrophone()));
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") setOpen(false);
  });
  for (const kind of /** @type {(keyof Choice)[]} */ (Object.keys(KINDS))) {
    byId(kind, HTMLSelectElement).addEventListener("change", (event) => choose(kind, /** @type {HTMLSelectElement} */ (event.target).value));
  }

  /** @param {keyof Choice} kind @param {string} id */
  function choose(kind, id) {
    devices.choose(kind, id);
    if (kind === "speaker") speakThrough(id).catch(() => {});
  }

  /** @param {boolean} wanted */
  function setOpen(wanted) {
    open = wanted;
    const hadFocus = panel.contains(document.activeElement);
    for (const toggle of toggles) toggle.setAttribute("aria-expanded", String(open));
    show(panel, open);
    if (open) {
      devices.open(); // names of devices are told only to a page that was allowed one
      byId("devices-title").focus();
    } else if (hadFocus) toggles.find((toggle) => toggle.offsetParent)?.focus();
    list();
  }

  /** Again after every change: an allowance brings the names, a plug brings a device. */
  async function list() {
    const found = open ? await devices.list().catch(() => []) : [];
    const wanted = JSON.stringify(found.map(({ deviceId, label }) => [deviceId, label]));
    if (!open || wanted === listed) return;
    listed = wanted;
    for (const [kind, deviceKind] of /** @type {[keyof Choice, MediaDeviceKind][]} */ (Object.entries(KINDS))) {
      const named = found.filter((each) => each.kind === deviceKind && each.deviceId && each.label);
      const select = byId(kind, HTMLSelectElement);
      select.replaceChildren(new Option(words(`device.default_${kind}`), ""), ...named.map(({ label, deviceId }) => new Option(label, deviceId)));
      select.value = named.some(({ deviceId }) => deviceId === devices.choice[kind]) ? (devices.choice[kind] ?? "") : "";
    }
    show(byId("speaker-field"), "setSinkId" in HTMLMediaElement.prototype);
  }

  function listen() {
    const level = devices.level();
    if (level === null || level > 0.004 || devices.muted || devices.hushed) soundAt = performance.now();
    if (open) byId("level", HTMLMeterElement).value = level ?? 0;
  }

  /** @returns {string} a key of the words, or nothing to say */
  function problem() {
    if (devices.cameraProblem && devices.cameraProblem !== "asking") return `camera_${devices.cameraProblem}`;
    if (devices.microphoneProblem) return `microphone_${devices.microphoneProblem}`;
    return performance.now() - soundAt > SILENT_MS ? "microphone_silent" : "";
  }

  function render() {
    listen();
    list();
    const key = session.screen === "call" ? problem() : "";
    show(byId("device-problem"), key !== "");
    if (key) say(byId("device-problem-text"), words(`device.${key}`));
    show(byId("device-again"), key !== "microphone_asking" && key !== "microphone_silent");
    if (open && !["call", "lobby"].includes(session.screen)) setOpen(false);
  }

  return { render };
}
