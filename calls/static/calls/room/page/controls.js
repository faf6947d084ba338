/** The bar at the bottom: what each person can press now, in words, and nothing that would do nothing. */

import { isAsked } from "../messages.js";
import { isPaid, moneyText, nextCap, timeText } from "../meter.js";
import { byId, mark, onPress, say, show } from "./dom.js";
import { durationText } from "./words.js";

/** @import { PaidMeter } from "../messages.js" */
/** @import { Desk } from "./desk.js" */

/** Button to message: each is about the paid period that runs. */
const OF_THE_METER = {
  pause: "meter.pause",
  resume: "meter.resume",
  ready: "meter.ready",
  "back-to-free": "meter.free",
  "cancel-act": "act.cancel",
};

export class Controls {
  #desk;
  #language = document.documentElement.lang || "en";
  /** *Raise the cap* was pressed, and the server has not answered. @type {number | null} */
  #raisingTo = null;

  /** @param {Desk} desk @param {() => boolean} addCredit */
  constructor(desk, addCredit) {
    this.#desk = desk;
    const { session } = desk;
    const { devices } = session;
    for (const [id, type] of Object.entries(OF_THE_METER)) onPress(id, () => this.#tellMeter(type));
    onPress("mute", () => devices.setMuted(!devices.muted));
    onPress("camera-switch", () => (devices.video ? devices.cameraOff() : devices.cameraOn()));
    onPress("share-screen", () => (devices.screen ? devices.unshare() : devices.share()));
    onPress("hang-up", () => session.hangUp());
    onPress("add-credit", addCredit);
    onPress("raise-cap", () => this.#raise());
    onPress("use-stored", () => this.#useStored());
  }

  render() {
    const { state, screen, reading } = this.#desk.session;
    show(byId("controls"), screen === "call");
    if (!state || screen !== "call") return;
    const meter = this.#meter();
    const payer = state.you.role === "payer";
    const asked = isAsked(state.offer);
    show(byId("pause"), meter !== null && reading?.state !== "paused"); // in the countdown and in a loss too
    show(byId("back-to-free"), meter !== null);
    show(byId("cancel-act"), Boolean(meter?.can_cancel_act));
    show(byId("add-credit"), payer && !state.you.guest);
    show(byId("go-paid"), !payer && state.call?.state === "live" && meter === null && !asked);
    const [stored] = state.stored ?? [];
    show(byId("use-stored"), payer && Boolean(stored) && state.call?.state === "live" && meter === null && !asked);
    say(byId("stored-text"), stored?.text ?? "");
    this.#renderRaise(meter);
    this.#renderOwn();
  }

  /** The server refused to raise the cap. @param {string} text */
  refused(text) {
    this.#raisingTo = null;
    this.#desk.voice.notice(text, "error");
  }

  /** @returns {PaidMeter | null} */
  #meter() {
    const meter = this.#desk.session.state?.meter;
    return isPaid(meter) ? meter : null;
  }

  /** The time that expires first; the consent card comes before anything starts. */
  #useStored() {
    const [stored] = this.#desk.session.state?.stored ?? [];
    if (stored) this.#desk.act("offer.stored", { stored: stored.id });
  }

  /** @param {string} type */
  #tellMeter(type) {
    const meter = this.#meter();
    if (meter) this.#desk.act(type, { period: meter.period });
  }

  /** @param {PaidMeter} meter */
  #nextCap(meter) {
    return nextCap(meter, this.#desk.session.state?.credit?.spendable_minor ?? 0);
  }

  #raise() {
    const meter = this.#meter();
    const next = meter && this.#nextCap(meter);
    if (!meter || !next || this.#raisingTo !== null) return;
    const sent = this.#desk.act("meter.raise", { period: meter.period, to_minor: next.toMinor });
    if (sent) this.#raisingTo = next.toMinor;
  }

  /** @param {PaidMeter | null} meter */
  #renderRaise(meter) {
    const { words, voice, session } = this.#desk;
    const next = meter && this.#nextCap(meter);
    show(byId("raise-cap"), next !== null);
    if (!meter || session.socket.status !== "open") this.#raisingTo = null;
    if (!meter) return;
    const sum = (/** @type {number} */ minor) => moneyText(minor, meter.currency, this.#language);
    const added = next ? words("meter.raise_to", { cap: sum(next.toMinor), time: durationText(words, next.addedMs) }) : "";
    say(byId("raise-text"), added);
    if (this.#raisingTo === null || meter.cap_minor < this.#raisingTo) return;
    this.#raisingTo = null;
    voice.notice(words("meter.raised", { cap: sum(meter.cap_minor), time: timeText(meter.cap_ms) }));
  }

  #renderOwn() {
    const { words, session } = this.#desk;
    const { muted, video } = session.devices;
    say(byId("mute-text"), words(muted ? "device.unmute" : "device.mute"));
    turn(byId("mute"), muted);
    say(byId("camera-text"), words(video ? "device.camera_off" : "device.camera_on"));
    turn(byId("camera-switch"), video === null);
    const sharing = session.devices.screen !== null;
    show(byId("share-screen"), session.devices.canShare);
    say(byId("share-text"), words(sharing ? "device.stop_sharing" : "device.share_screen"));
    turn(byId("share-screen"), !sharing);
    const level = muted ? null : session.devices.level();
    mark(byId("mic-level"), "level", level === null ? "none" : String(Math.min(5, Math.round(level * 8))));
  }
}

/** The drawing of a switch. Its word changes with it, so it is not called pressed as well. @param {HTMLElement} button @param {boolean} off */
function turn(button, off) {
  mark(button, "is", off ? "off" : "on");
  for (const drawing of button.querySelectorAll("[data-when]")) {
    if (drawing instanceof HTMLElement) show(drawing, drawing.dataset.when === button.dataset.is);
  }
}
