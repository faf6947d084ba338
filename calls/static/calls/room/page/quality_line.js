/** How well the call gets through, and what a person can do about it. */

import { byId, mark, say, show } from "./dom.js";

/** @import { Step } from "../quality.js" */
/** @import { Desk } from "./desk.js" */

export class QualityLine {
  #desk;
  /** @type {Step | null} */
  #told = null;
  #rested = false;

  /** @param {Desk} desk */
  constructor(desk) {
    this.#desk = desk;
  }

  render() {
    const { session, words, voice } = this.#desk;
    if (session.screen !== "call") this.#told = null;
    const step = session.phase === "connected" ? session.peer.quality.step : null;
    show(byId("quality"), step !== null);
    if (step) {
      mark(byId("quality"), "step", step);
      mark(byId("quality"), "rests", String(session.cameraRests));
      say(byId("quality-text"), words(session.cameraRests ? "page.camera_rests_now" : `page.quality_${step}`));
    }
    if (step === "poor" && this.#told !== "poor") voice.notice(words("page.quality_advice"));
    if (step) this.#told = step;
    const { cameraRests } = session;
    if (cameraRests && !this.#rested) voice.notice(words("page.camera_rests"));
    this.#rested = cameraRests;
  }
}
