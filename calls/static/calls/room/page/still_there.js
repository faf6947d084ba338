/** *Still there?*: asked where nobody has spoken for long. Any press or key answers. */

import { isPaid } from "../meter.js";
import { byId, say, show } from "./dom.js";
import { durationText } from "./words.js";

/** @import { Desk } from "./desk.js" */

const AGAIN_MS = 1_000; // a lost answer is said again by the next press; a typist's keys are one answer

export class StillThere {
  #desk;
  #card = byId("still-there");
  #isAsked = false;
  #answeredAt = -AGAIN_MS;

  /** @param {Desk} desk */
  constructor(desk) {
    this.#desk = desk;
    for (const press of ["pointerdown", "keydown"]) document.addEventListener(press, () => this.#answer(), { capture: true });
    // Presses in the card's frames and in other windows are not told to this one; that the focus goes there or comes back is.
    // A focus that goes elsewhere says nothing: so does it when a screen locks because nobody is there.
    window.addEventListener("focus", () => this.#answer());
    window.addEventListener("blur", () => document.activeElement instanceof HTMLIFrameElement && this.#answer());
  }

  get #question() {
    const { state, screen } = this.#desk.session;
    return screen === "call" && isPaid(state?.meter) ? state.meter.question : null;
  }

  render() {
    const { session, words, voice } = this.#desk;
    const question = this.#question;
    const asked = question !== null && !question.answered;
    show(this.#card, question !== null);
    if (question) {
      const left = durationText(words, question.until - session.clock.now());
      const role = session.state?.you.role ?? "payer";
      say(byId("still-there-title"), words("still.title"));
      say(byId("still-there-text"), words(question.answered ? "still.waiting" : `still.${role}`, { left }));
      show(byId("still-there-yes"), asked);
    }
    if (asked && !this.#isAsked) {
      this.#desk.sound("warning");
      voice.announce(`${words("still.title")} ${words("still.press")}`);
    }
    this.#isAsked = asked;
  }

  #answer() {
    const { state } = this.#desk.session;
    const question = this.#question;
    const isNew = performance.now() - this.#answeredAt >= AGAIN_MS;
    if (question && !question.answered && isPaid(state?.meter) && isNew) {
      this.#answeredAt = performance.now();
      this.#desk.session.send("meter.here", { period: state.meter.period });
    }
  }
}
