/** Captions: the question and its answer, what is written down now, and the words themselves under the picture. */

import { byId, onPress, say, show } from "./dom.js";
import { Panel } from "./panel.js";

/** @import { Told } from "../captions.js" */
/** @import { Desk } from "./desk.js" */

/** Aloud alone: whoever looks sees it already. @type {Told[]} */
const SEEN = ["asked", "own_on"];

export class CaptionsPart {
  #desk;
  #question;
  #lines = byId("captions-lines");
  /** Of the newest line that is shown. */
  #shown = 0;

  /** @param {Desk} desk */
  constructor(desk) {
    this.#desk = desk;
    const { captions } = desk.session;
    this.#question = new Panel({
      panel: "captions-question",
      first: "captions-question-title",
      closed: () => captions.refuse(),
    });
    onPress("captions-ask", () => captions.ask());
    onPress("captions-mine", () => captions.consider());
    onPress("captions-allow", () => captions.allow());
    onPress("captions-refuse", () => captions.refuse());
    onPress("captions-own-stop", () => captions.stopOwn());
    onPress("captions-theirs-stop", () => captions.stopOthers());
  }

  render() {
    const { session, words } = this.#desk;
    const { captions, devices } = session;
    const can = session.screen === "call" && captions.isReady;
    show(byId("captions-ask"), can && captions.others === "off");
    show(byId("captions-mine"), can && captions.own === "off");
    this.#renderQuestion(can && captions.own === "considered", captions.isAsked);
    const own = captions.own === "on";
    const theirs = captions.others;
    show(byId("captions"), own || theirs !== "off");
    show(byId("captions-own"), own);
    say(byId("captions-own-text"), words(devices.speaks ? "captions.own" : "captions.own_waits"));
    show(byId("captions-theirs"), theirs !== "off");
    say(byId("captions-theirs-text"), words(theirs === "on" ? "captions.theirs" : "captions.asking"));
    show(byId("route-captions-own"), own);
    show(byId("route-captions-theirs"), theirs === "on");
    this.#renderLines();
  }

  /** @param {Told} what */
  told(what) {
    const { voice, words, sound } = this.#desk;
    const text = words(`captions.told_${what}`);
    if (what === "asked") sound("joined");
    if (SEEN.includes(what)) voice.announce(text);
    else voice.notice(text, what === "failed" ? "warning" : "info");
  }

  /** @param {boolean} visible @param {boolean} isAsked  by the other: it takes the focus from nobody */
  #renderQuestion(visible, isAsked) {
    if (!visible) return this.#question.close();
    say(byId("captions-question-title"), this.#desk.words(isAsked ? "captions.told_asked" : "captions.question_own"));
    this.#question.open({ unasked: isAsked });
  }

  /** Each is added once, so that it is read aloud once. */
  #renderLines() {
    const { lines } = this.#desk.session.captions;
    if (!lines.length) {
      if (this.#lines.firstChild) this.#lines.replaceChildren();
      return;
    }
    for (const { mine, text, number } of lines) {
      if (number <= this.#shown) continue;
      this.#shown = number;
      this.#lines.append(this.#line(mine, text));
    }
    while (this.#lines.children.length > lines.length) this.#lines.firstElementChild?.remove();
  }

  /** @param {boolean} mine @param {string} text */
  #line(mine, text) {
    const { words } = this.#desk;
    const line = document.createElement("p");
    if (mine) line.setAttribute("aria-hidden", "true"); // nobody wants to hear their own words read to them while they speak
    const who = document.createElement("strong");
    who.textContent = words(mine ? "captions.you" : "captions.them");
    line.append(who, ` ${text}`);
    return line;
  }
}
