/** *Still there?*: asked where nobody has spoken for long. Any press or key answers. */

import { isPaid } from "../meter.js";
import { byId, say, show } from "./dom.js";
import { durationText } from "./words.js";

/** @import { Desk } from "./desk.js" */

export class StillThere {
  #desk;
  #card = byId("still-there");
  #isAsked = false;

  /** @param {Desk} desk */
  constructor(desk) {
    this.#desk = desk;
    for (const press of ["pointerdown", "keydown"]) document.addEventListener(press, () => this.#answer(), { capture: true });
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
    if (question && !question.answered && isPaid(state?.meter)) this.#desk.session.send("meter.here", { period: state.meter.period });
  }
}
