/** The other's picture and sound, one's own picture, and what stands over them while the meter stands still or counts down. */

import { isPaid } from "../meter.js";
import { createCorner } from "./corner.js";
import { byId, mark, say, show } from "./dom.js";
import { durationText } from "./words.js";

/** @import { PaidMeter, RoomState } from "../messages.js" */
/** @import { Desk } from "./desk.js" */

export class Stage {
  #desk;
  #remoteVideo = byId("remote-video", HTMLVideoElement);
  #remoteScreen = byId("remote-screen", HTMLVideoElement);
  #remoteAudio = byId("remote-audio", HTMLAudioElement);
  #ownVideo = byId("own-video", HTMLVideoElement);

  /** @param {Desk} desk */
  constructor(desk) {
    this.#desk = desk;
    createCorner(byId("own-view"));
  }

  /** The other's. @type {import("../peer.js").PeerListener["tracks"]} */
  tracks(audio, video, screen) {
    this.#put(this.#remoteAudio, audio);
    this.#put(this.#remoteVideo, video);
    this.#put(this.#remoteScreen, screen);
  }

  /** @param {string} id  of a speaker */
  async speakThrough(id) {
    await this.#remoteAudio.setSinkId(id);
  }

  render() {
    const { session } = this.#desk;
    const { state, peer, devices, hushed, reading } = session;
    const inCall = session.screen === "call";
    const seeing = inCall && peer.seeing && !hushed && !peer.soundOnly;
    this.#remoteAudio.muted = hushed;
    const shown = inCall && Boolean(state?.other.screen) && !hushed && !peer.soundOnly;
    show(this.#remoteVideo, seeing);
    show(this.#remoteScreen, shown);
    mark(byId("room"), "shown", shown ? "screen" : "person");
    this.#renderFace(inCall && !seeing && !shown);
    this.#put(this.#ownVideo, devices.video);
    show(byId("own-view"), inCall && devices.video !== null && !hushed && !session.cameraRests);
    const seconds = reading?.countdown ?? 0;
    show(byId("countdown"), inCall && seconds > 0);
    say(byId("countdown-digits"), String(seconds));
    const meter = state?.meter;
    const still = isPaid(meter) && (meter.state === "paused" || meter.state === "stopped");
    show(byId("veil"), inCall && still);
    if (state && still) this.#renderVeil(meter, state);
  }

  /** Initials in place of a picture, and why. @param {boolean} visible */
  #renderFace(visible) {
    const { session, words } = this.#desk;
    show(byId("face"), visible);
    const left = (session.state?.call?.ends_at ?? 0) - session.clock.now();
    const reason = session.reason === "other_lost" && left > 0 ? "other_lost_until" : session.reason;
    const key = reason ? `reason.${reason}` : session.peer.soundOnly ? "page.sound_alone" : "page.camera_is_off";
    say(byId("face-text"), words(key, { left: durationText(words, left) }));
  }

  /** @param {PaidMeter} meter @param {RoomState} state */
  #renderVeil(meter, state) {
    const { session, words } = this.#desk;
    mark(byId("veil"), "reason", meter.state);
    say(byId("veil-title"), words(`veil.${session.reason === "server_lost" ? "loss" : titleOf(meter, state, session.peer.hearing)}`));
    const next = nextStep(meter, state, session.peer.hearing);
    say(byId("veil-text"), words("veil.hushed") + (next ? ` ${words(`veil.${next}`)}` : ""));
    const left = durationText(words, (meter.resume_by ?? 0) - session.clock.now());
    show(byId("veil-until"), meter.resume_by !== null);
    say(byId("veil-until"), words("veil.until", { left }));
    show(byId("resume"), meter.needs === "resume");
    show(byId("ready"), meter.needs === "ready");
  }

  /** @param {HTMLMediaElement} element @param {MediaStreamTrack | null} track */
  #put(element, track) {
    const stream = element.srcObject instanceof MediaStream ? element.srcObject : null;
    if ((stream?.getTracks()[0] ?? null) === track) return;
    element.srcObject = track ? new MediaStream([track]) : null;
    if (track) element.play().catch((problem) => this.#heldBack(element, problem));
  }

  /** Some browsers hold sound back until the next press. @param {HTMLMediaElement} element @param {DOMException} problem */
  #heldBack(element, problem) {
    if (problem.name !== "NotAllowedError") return;
    this.#desk.voice.notice(this.#desk.words("page.sound_blocked"));
    document.addEventListener("pointerdown", () => element.play().catch(() => {}), { once: true });
  }
}

/** @param {PaidMeter} meter @param {RoomState} state @param {boolean} hearing */
function titleOf(meter, state, hearing) {
  if (meter.state !== "paused" && (meter.needs === "resume" || (hearing && state.other.present))) return "back";
  if (meter.state !== "paused") return state.other.present ? "loss" : "loss_other";
  return meter.by === state.you.role ? "pause_mine" : "pause_other";
}

/**
 * What the person waits for, when there is nothing for them to press.
 * @param {PaidMeter} meter @param {RoomState} state @param {boolean} hearing
 */
function nextStep(meter, state, hearing) {
  if (meter.needs !== "wait") return "";
  if (state.you.role === "expert") return meter.state === "paused" || (hearing && state.other.present) ? "wait_resume" : "wait_loss_expert";
  return meter.state === "paused" ? "wait_ready" : "wait_loss";
}
