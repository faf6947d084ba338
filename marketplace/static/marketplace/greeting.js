/** An expert's greeting, recorded in the browser: what comes of it is put into the form's file field, and sent like any file. */

import { byId } from "./page/dom.js";

/** The first is played everywhere, but not recorded everywhere. */
const TYPES = {
  video: ["video/mp4;codecs=avc1.42E01E,mp4a.40.2", "video/webm;codecs=vp8,opus", "video/webm", "video/mp4"],
  audio: ["audio/mp4;codecs=mp4a.40.2", "audio/webm;codecs=opus", "audio/webm", "audio/mp4"],
};
const ENDINGS = /** @type {Record<string, string>} */ ({
  "video/mp4": "mp4",
  "audio/mp4": "m4a",
  "video/webm": "webm",
  "audio/webm": "weba",
});
/** A minute of it is below half of what is taken. */
const RATES = { videoBitsPerSecond: 1_000_000, audioBitsPerSecond: 96_000 };
const PICTURE = { width: { ideal: 640 }, height: { ideal: 480 }, facingMode: "user" };

const box = byId("recorder");
const field = byId("id_file", HTMLInputElement);
const seen = byId("record-seen", HTMLVideoElement);
const stop = byId("record-stop", HTMLButtonElement);
const starts = [byId("record-video", HTMLButtonElement), byId("record-sound", HTMLButtonElement)];

if (box && field && seen && stop && "MediaRecorder" in window && navigator.mediaDevices) {
  box.hidden = false;
  starts[0]?.addEventListener("click", () => record("video", box, field, seen, stop));
  starts[1]?.addEventListener("click", () => record("audio", box, field, seen, stop));
}

/**
 * @param {"video" | "audio"} kind
 * @param {HTMLElement} box
 * @param {HTMLInputElement} field
 * @param {HTMLVideoElement} seen
 * @param {HTMLButtonElement} stop
 */
async function record(kind, box, field, seen, stop) {
  show("record-refused", false);
  show("record-done", false);
  starts.forEach((button) => button && (button.disabled = true));
  /** @type {MediaStream | undefined} */
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: kind === "video" && PICTURE });
    await recorded(stream, kind, Number(box.dataset.seconds), field, seen, stop);
    show("record-done", true);
  } catch {
    seen.hidden = true;
    show("record-refused", true);
  } finally {
    stream?.getTracks().forEach((track) => track.stop());
    starts.forEach((button) => button && (button.disabled = false));
    stop.hidden = true;
    show("record-begun", false);
  }
}

/**
 * Resolves once it was stopped, by its button or by the limit, and stands in the field.
 * @param {MediaStream} stream
 * @param {"video" | "audio"} kind
 * @param {number} seconds
 * @param {HTMLInputElement} field
 * @param {HTMLVideoElement} seen
 * @param {HTMLButtonElement} stop
 */
async function recorded(stream, kind, seconds, field, seen, stop) {
  const mimeType = TYPES[kind].find((type) => MediaRecorder.isTypeSupported(type));
  const recorder = new MediaRecorder(stream, { mimeType, ...RATES });
  /** @type {Blob[]} */
  const parts = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const over = new Promise((resolve, reject) => {
    recorder.onstop = resolve;
    recorder.onerror = reject;
  });
  const end = () => recorder.state !== "inactive" && recorder.stop();
  URL.revokeObjectURL(seen.src);
  seen.removeAttribute("src");
  Object.assign(seen, { srcObject: stream, muted: true, controls: false, hidden: kind === "audio" });
  void seen.play();
  recorder.start();
  show("record-begun", true);
  stop.hidden = false;
  stop.focus();
  stop.onclick = end;
  const began = performance.now();
  const tick = setInterval(() => {
    const left = Math.ceil(seconds - (performance.now() - began) / 1000);
    const said = byId("record-left");
    if (said) said.textContent = `0:${String(Math.max(0, Math.min(left, 59))).padStart(2, "0")}`;
    if (left <= 0) end();
  }, 250);
  try {
    await over;
  } finally {
    clearInterval(tick);
  }
  const type = recorder.mimeType.split(";")[0] ?? "";
  const file = new File(parts, `greeting.${ENDINGS[type] ?? "webm"}`, { type });
  const chosen = new DataTransfer();
  chosen.items.add(file);
  field.files = chosen.files;
  Object.assign(seen, { srcObject: null, src: URL.createObjectURL(file), muted: false, controls: true, hidden: false });
  seen.focus();
}

/** @param {string} id @param {boolean} shown */
function show(id, shown) {
  const found = byId(id);
  if (found) found.hidden = !shown;
}
