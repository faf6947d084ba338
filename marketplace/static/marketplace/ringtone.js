/** The sound that calls somebody to this window, made by the browser itself: two soft notes, every two seconds. */

const NOTES_HZ = [587, 784];
const LOUDNESS = 0.12;
const EVERY_MS = 2000;

/** Browsers let a page sound once somebody has pressed something on it; `wake` is for that press. */
export class Ringtone {
  /** @type {AudioContext | null} */
  #context = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;
  /** @type {Set<string>} for what it sounds */
  #claims = new Set();

  wake() {
    this.#context ??= new AudioContext();
    if (this.#context.state === "suspended") {
      this.#context.resume().catch(() => undefined); // a press that does not count: the next one may
    }
  }

  /** @param {string} why until `stop` is told the same */
  start(why) {
    this.#claims.add(why);
    if (this.#timer === undefined) {
      this.wake(); // a browser may remember that somebody pressed something on the page before
      this.#play();
      this.#timer = setInterval(() => this.#play(), EVERY_MS);
    }
  }

  /** @param {string} why */
  stop(why) {
    this.#claims.delete(why);
    if (this.#claims.size > 0) {
      return;
    }
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #play() {
    const context = this.#context;
    if (context?.state !== "running") {
      return;
    }
    NOTES_HZ.forEach((pitch, place) => {
      const from = context.currentTime + place * 0.22;
      const loudness = new GainNode(context, { gain: 0 });
      loudness.gain.linearRampToValueAtTime(0, from);
      loudness.gain.linearRampToValueAtTime(LOUDNESS, from + 0.02);
      loudness.gain.exponentialRampToValueAtTime(0.001, from + 0.6);
      const note = new OscillatorNode(context, { frequency: pitch, type: "sine" });
      note.connect(loudness).connect(context.destination);
      note.start(from);
      note.stop(from + 0.7);
    });
  }
}
