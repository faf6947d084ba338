/** The other's picture and sound, one's own picture, and what stands over them while the meter stands still or counts down. */

import { isPaid } from "../meter.js";
import { createCorner } from "./corner.js";
import { byId, mark, say, show } from "./dom.js";
import { durationText } from "./words.js";

/** @import { PaidMeter, RoomState } from "../messages.js" */
/** @import { Session } from "../session.js" */
/** @import { Voice } from "./voice.js" */
/** @import { Words } from "./words.js" */

/** @param {Session} session @param {Words} words @param {Voice} voice */
export function createStage(session, words, voice) {
  const remoteVideo = byId("remote-video", HTMLVideoElement);
  const remoteAudio = byId("remote-audio", HTMLAudioElement);
  const ownVideo = byId("own-video", HTMLVideoElement);
  const ownView = byId("own-view");
  createCorner(ownView);

  /** @param {HTMLMediaElement} element @param {MediaStreamTrack | null} track */
  function put(element, track) {
    const shown = /** @type {MediaStream | null} */ (element.srcObject)?.getTracks()[0] ?? null;
    if (shown === track) return;
    element.srcObject = track ? new MediaStream([track]) : null;
    if (track) element.play().catch((problem) => blocked(element, problem));
  }

  /** Some browsers hold sound back until the next press. @param {HTMLMediaElement} element @param {DOMException} problem */
  function blocked(element, problem) {
    if (problem.name !== "NotAllowedError") return;
    voice.notice(words("page.sound_blocked"), "warning");
    document.addEventListener("pointerdown", () => element.play().catch(() => {}), { once: true });
  }

  function render() {
    const { state, peer, devices, hushed, screen } = session;
    const seeing = screen === "call" && peer.seeing && !hushed;
    remoteAudio.muted = hushed;
    show(remoteVideo, seeing);
    show(byId("face"), !seeing && screen === "call");
    say(byId("face-text"), session.phase === "connected" && !hushed ? words("page.camera_is_off") : words(`reason.${session.reason}`));
    show(byId("face-text"), session.phase === "connected" || session.reason !== "");
    put(ownVideo, devices.video);
    show(ownView, devices.video !== null && screen === "call" && !hushed);
    renderVeil(session, words, state);
    const seconds = session.reading?.countdown ?? 0;
    show(byId("countdown"), seconds > 0 && screen === "call");
    say(byId("countdown-digits"), String(seconds));
  }

  /** @param {string} id  of the chosen speaker */
  function speakThrough(id) {
    return "setSinkId" in remoteAudio ? remoteAudio.setSinkId(id) : Promise.resolve();
  }

  /** @param {MediaStreamTrack | null} audio @param {MediaStreamTrack | null} video */
  function tracks(audio, video) {
    put(remoteAudio, audio);
    put(remoteVideo, video);
  }

  return { render, tracks, speakThrough };
}

/** @param {Session} session @param {Words} words @param {RoomState | null} state */
function renderVeil(session, words, state) {
  const veil = byId("veil");
  const meter = state?.meter;
  const still = isPaid(meter) && (meter.state === "paused" || meter.state === "stopped") && !session.reading?.countdown;
  show(veil, Boolean(still) && session.screen === "call");
  if (!state || !still || !isPaid(meter)) return;
  mark(veil, "reason", meter.state);
  say(byId("veil-title"), words(`veil.${titleOf(meter, state)}`));
  const next = nextStep(meter, state);
  say(byId("veil-text"), words("veil.hushed") + (next ? ` ${words(`veil.${next}`)}` : ""));
  const left = meter.resume_by ? durationText(words, meter.resume_by - session.clock.now()) : "";
  show(byId("veil-until"), Boolean(left));
  say(byId("veil-until"), words("veil.until", { left }));
  show(byId("resume"), meter.needs === "resume");
  show(byId("ready"), meter.needs === "ready");
}

/** @param {PaidMeter} meter @param {RoomState} state */
function titleOf(meter, state) {
  if (meter.state !== "paused") return "loss";
  return meter.by === state.you.role ? "pause_mine" : "pause_other";
}

/** What the person waits for, when there is nothing for them to press. @param {PaidMeter} meter @param {RoomState} state */
function nextStep(meter, state) {
  if (meter.needs !== "wait") return "";
  if (state.you.role === "expert") return meter.state === "paused" ? "wait_resume" : "wait_loss_expert";
  return meter.state === "paused" ? "wait_ready" : "wait_loss";
}
