/** The bar at the bottom: what each person can press now, in words, and nothing that would do nothing. */

import { isPaid, moneyText, nextCap, timeText } from "../meter.js";
import { byId, mark, onPress, say, show } from "./dom.js";
import { durationText } from "./words.js";

/** @import { PaidMeter } from "../messages.js" */
/** @import { Session } from "../session.js" */
/** @import { Voice } from "./voice.js" */
/** @import { Words } from "./words.js" */

/**
 * @param {Session} session @param {Words} words @param {Voice} voice
 * @param {{addCredit: () => void, act: (type: string, fields: object) => boolean}} does
 */
export function createControls(session, words, voice, { addCredit, act }) {
  const language = document.documentElement.lang || "en";
  /** @type {number | null} */
  let raisedTo = null;

  /** @returns {PaidMeter | null} */
  function paidMeter() {
    const meter = session.state?.meter;
    return isPaid(meter) ? meter : null;
  }

  /** @param {string} id @param {string} type */
  function onMeter(id, type) {
    onPress(id, () => {
      const meter = paidMeter();
      if (meter) act(type, { period: meter.period });
    });
  }
  onMeter("pause", "meter.pause");
  onMeter("resume", "meter.resume");
  onMeter("ready", "meter.ready");
  onMeter("back-to-free", "meter.free");
  onMeter("cancel-act", "act.cancel");
  onPress("mute", () => session.devices.setMuted(!session.devices.muted));
  onPress("camera-switch", () => (session.devices.video ? session.devices.cameraOff() : session.devices.cameraOn()));
  onPress("hang-up", () => session.hangUp());
  onPress("add-credit", addCredit);
  onPress("raise-cap", () => {
    const meter = paidMeter();
    const next = meter && nextCap(meter, session.state?.credit?.minor ?? 0);
    if (meter && next && act("meter.raise", { period: meter.period, to_minor: next.toMinor })) raisedTo = next.toMinor;
  });

  /** @param {HTMLElement} button @param {boolean} on */
  function pressed(button, on) {
    button.setAttribute("aria-pressed", String(on));
    for (const drawing of button.querySelectorAll("[data-when]")) {
      if (drawing instanceof HTMLElement) show(drawing, (drawing.dataset.when === "on") === on);
    }
  }

  function renderOwn() {
    const { devices } = session;
    say(byId("mute-text"), words(devices.muted ? "device.unmute" : "device.mute"));
    pressed(byId("mute"), devices.muted);
    say(byId("camera-text"), words(devices.video ? "device.camera_off" : "device.camera_on"));
    pressed(byId("camera-switch"), devices.video === null);
    const level = devices.muted ? null : devices.level();
    mark(byId("mic-level"), "level", level === null ? "none" : String(Math.min(5, Math.round(level * 8))));
  }

  /** @param {PaidMeter | null} meter @param {boolean} payer */
  function renderRaise(meter, payer) {
    const next = meter && payer ? nextCap(meter, session.state?.credit?.minor ?? 0) : null;
    show(byId("raise-cap"), next !== null);
    if (!meter) return;
    /** @param {number} minor */
    const sum = (minor) => moneyText(minor, meter.currency, language);
    if (next) say(byId("raise-text"), words("meter.raise_to", { cap: sum(next.toMinor), time: durationText(words, next.addedMs) }));
    if (raisedTo === null || meter.cap_minor < raisedTo) return;
    raisedTo = null;
    voice.notice(words("meter.raised", { cap: sum(meter.cap_minor), time: timeText(meter.cap_ms) }));
  }

  function render() {
    const { state, screen } = session;
    show(byId("controls"), screen === "call");
    if (!state || screen !== "call") return;
    const meter = paidMeter();
    const payer = state.you.role === "payer";
    const live = state.call?.state === "live";
    show(byId("pause"), meter !== null && meter.state === "running" || session.reading?.state === "running");
    show(byId("back-to-free"), meter !== null);
    show(byId("cancel-act"), Boolean(meter?.can_cancel_act));
    show(byId("add-credit"), payer);
    show(byId("go-paid"), !payer && live && meter === null && !["open", "adding_credit"].includes(state.offer?.state ?? ""));
    renderRaise(meter, payer);
    renderOwn();
  }

  return { render };
}
