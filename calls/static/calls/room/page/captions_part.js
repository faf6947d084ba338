/**
 * Captions: the question and its answer, what is written down now, and the words themselves under the picture. None of it
 * moves a card about money: what would come while one is open waits, and what goes leaves its place empty till then.
 */

import { byId, onPress, say, show } from "./dom.js";
import { Panel } from "./panel.js";

/** @import { Told } from "../captions.js" */
/** @import { Desk } from "./desk.js" */

/** Pressed by accident it would send somebody's sound: the same first second as of *Accept and pay*. */
const INERT_MS = 1000;
/** @type {Told[]} */
const FAILURES = ["failed", "busy", "used_up", "unheard"];
const CARDS = ["consent", "still-there", "credit-form"];

export class CaptionsPart {
  #desk;
  #question;
  #elapsed;
  #title = byId("captions-question-title");
  #allow = byId("captions-allow", HTMLButtonElement);
  #lines = byId("captions-lines");
  #cards = CARDS.map((id) => byId(id));
  /** A card about money is open: nothing here moves. */
  #isHeld = false;
  /** The question made room for it, and takes the focus from nobody when it is back. */
  #wasHeld = false;
  #openedAt = 0;
  /** Of the newest line that is shown. */
  #shown = 0;

  /** @param {Desk} desk @param {() => number} [elapsed] */
  constructor(desk, elapsed = () => performance.now()) {
    this.#desk = desk;
    this.#elapsed = elapsed;
    const { captions } = desk.session;
    this.#question = new Panel({
      panel: "captions-question",
      first: "captions-question-title",
      closed: () => this.#isHeld || captions.refuse(),
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
    this.#isHeld = this.#cards.some((card) => !card.hidden);
    if (!this.#isHeld) {
      show(byId("captions-ask"), can && captions.others === "off");
      show(byId("captions-mine"), can && captions.own === "off");
    }
    this.#renderQuestion(can && captions.own === "considered", captions.isAsked);
    const own = captions.own === "on";
    const theirs = captions.others;
    this.#place(byId("captions"), own || theirs !== "off");
    this.#place(byId("captions-own"), own);
    const waits = captions.isRead ? "captions.own_waits" : "captions.own_alone";
    say(byId("captions-own-text"), words(captions.isRead && devices.speaks ? "captions.own" : waits));
    this.#place(byId("captions-theirs"), theirs !== "off");
    say(byId("captions-theirs-text"), words(theirs === "on" ? "captions.theirs" : "captions.asking"));
    show(byId("route-captions-own"), own);
    show(byId("route-captions-theirs"), theirs === "on");
    this.#renderLines();
  }

  /** @param {Told} what */
  told(what) {
    if (what === "asked") return; // told with the question, which may have to wait
    const { voice, words } = this.#desk;
    const text = words(`captions.told_${what}`);
    // Whoever looks sees that it is on; and a card about money is not covered by what passes.
    if (what === "own_on" || (this.#isHeld && !FAILURES.includes(what))) voice.announce(text);
    else voice.notice(text, FAILURES.includes(what) ? "warning" : "info");
  }

  /** @param {boolean} visible @param {boolean} isAsked  by the other: it takes the focus from nobody */
  #renderQuestion(visible, isAsked) {
    this.#wasHeld = visible && (this.#isHeld || this.#wasHeld);
    if (!visible || this.#isHeld) return this.#question.close();
    const title = this.#desk.words(isAsked ? "captions.told_asked" : "captions.question_own");
    if (!this.#question.isOpen || this.#title.textContent !== title) this.#openQuestion(title, isAsked);
    this.#allow.disabled = this.#elapsed() - this.#openedAt < INERT_MS;
  }

  /** Or what is asked is another question now. @param {string} title @param {boolean} isAsked */
  #openQuestion(title, isAsked) {
    say(this.#title, title);
    this.#openedAt = this.#elapsed();
    this.#question.open({ unasked: isAsked || this.#wasHeld });
    if (!isAsked) return;
    this.#desk.sound("joined");
    this.#desk.voice.announce(title);
  }

  /** @param {HTMLElement} part @param {boolean} visible */
  #place(part, visible) {
    if (!this.#isHeld) show(part, visible);
    part.classList.toggle("is-away", !visible);
  }

  /** Each is added once, so that it is read aloud once. */
  #renderLines() {
    const { lines } = this.#desk.session.captions;
    this.#lines.classList.toggle("is-away", !lines.length);
    if (this.#isHeld && !(lines.length && this.#lines.firstChild)) return;
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
