/** The few sounds of a call, made on the spot: no files to load, nothing to wait for. */

/** @typedef {"tick" | "paid" | "warning" | "free" | "offer" | "joined"} Sound */

/** @type {Record<Sound, [hertz: number, atS: number, lengthS: number][]>} */
const SCORES = {
  tick: [[660, 0, 0.12]],
  paid: [[880, 0, 0.35]],
  warning: [[587, 0, 0.14], [587, 0.22, 0.14]],
  free: [[660, 0, 0.14], [440, 0.16, 0.24]],
  offer: [[523, 0, 0.12], [659, 0.14, 0.2]],
  joined: [[440, 0, 0.1], [554, 0.11, 0.14]],
};
const LOUDNESS = 0.12;

/** Silent before the first press on the page: a browser allows no sound then. @param {AudioContext | null} context @param {Sound} sound */
export function play(context, sound) {
  if (!context || context.state !== "running") return;
  for (const [hertz, at, length] of SCORES[sound]) tone(context, hertz, context.currentTime + at, length);
}

/** @param {AudioContext} context @param {number} hertz @param {number} at @param {number} length */
function tone(context, hertz, at, length) {
  const [oscillator, gain] = [context.createOscillator(), context.createGain()];
  oscillator.frequency.value = hertz;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(LOUDNESS, at + 0.015);
  gain.gain.setTargetAtTime(0, at + length - 0.04, 0.02);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + length + 0.1);
}
