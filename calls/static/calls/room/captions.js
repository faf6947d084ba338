/**
 * Captions of what either says, written down by the site's server where the speaker allowed it. What the two pages agree on
 * goes from browser to browser, and so does the text; the sound goes to the server from the speaker's own page alone.
 *
 * What was agreed lasts as long as the connection between the two pages: with another one it is asked anew.
 */

/** Refused, the same question waits so long. */
const REFUSED_MS = 60_000;
/** A question that nobody answers, perhaps because the other's program has no captions, is taken back then. */
const ASKING_MS = 60_000;
/** Without the other there is nobody to read. */
const GONE_MS = 10_000;
const HEARD_MS = 10_000;
const HEARD_MAX = 20;
const LINES = 2;
const TEXT_MAX = 500;

/**
 * @typedef {"off" | "considered" | "on"} Own  considered: by this person, asked or by their own wish
 * @typedef {"off" | "asking" | "on"} Others
 * @typedef {{mine: boolean, text: string, number: number}} CaptionLine
 * @typedef {"failed" | "busy" | "used_up" | "unheard"} Failure  unheard: this browser takes no sound from this microphone
 * @typedef {"asked" | "refused" | "own_on" | "own_off" | "theirs_on" | "theirs_off" | "lost" | "gone" | "unanswered" | Failure} Told
 *   a key of the words
 *
 * @typedef {{text: (text: string) => void, failed: (why?: Failure) => void}} Heard  what comes of the sound that is sent
 * @typedef {{follow: () => void, end: () => void}} Listening
 *
 * @typedef {object} CaptionsHow
 * @property {() => void} change
 * @property {(what: Told) => void} told  what the person should hear of
 * @property {(heard: Heard) => Promise<Listening>} listen  begins to send this person's sound to the server
 * @property {() => number} [elapsed]
 */

export class Captions {
  #how;
  /** @type {Pick<RTCDataChannel, "readyState" | "send"> | null} */
  #channel = null;
  /** @type {Listening | null} */
  #listening = null;
  /** Counts what was begun: what an older one brings is nobody's. */
  #turn = 0;
  #number = 0;
  #elapsed;
  #refusedAt = -Infinity;
  /** When the other page said something of late. @type {number[]} */
  #heardAt = [];
  /** This person stopped them: until they ask, the other's are not shown. */
  #unwanted = false;

  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #gone;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #unanswered;

  /** The other is there, so that what is said is read: else no sound is sent. */
  isRead = false;
  /** Of what this person says. @type {Own} */
  own = "off";
  /** Whether it was the other who asked for them. */
  isAsked = false;
  /** Of what the other says. @type {Others} */
  others = "off";
  /** The newest last. @type {CaptionLine[]} */
  lines = [];

  /** @param {CaptionsHow} how */
  constructor(how) {
    this.#how = how;
    this.#elapsed = how.elapsed ?? (() => performance.now());
  }

  /** The two pages can speak with each other. */
  get isReady() {
    return this.#channel?.readyState === "open";
  }

  /** @param {Pick<RTCDataChannel, "readyState" | "send">} channel */
  use(channel) {
    this.#channel = channel;
    this.#how.change();
  }

  /** Whether the other holds a seat, and something of theirs arrives. @param {boolean} isHere */
  otherIs(isHere) {
    if (isHere === this.isRead) return;
    this.isRead = isHere;
    this.#waitForOther();
    this.#how.change();
  }

  #waitForOther() {
    clearTimeout(this.#gone);
    if (!this.isRead) this.#gone = setTimeout(() => this.#endAlone(), GONE_MS);
  }

  #waitForAnswer() {
    clearTimeout(this.#unanswered);
    this.#unanswered = setTimeout(() => {
      if (this.others !== "asking") return;
      this.stopOthers();
      this.#how.told("unanswered");
    }, ASKING_MS);
  }

  #endAlone() {
    const wereOn = this.own === "on" || this.others !== "off";
    if (this.own === "on") this.stopOwn();
    if (this.others !== "off") this.stopOthers();
    this.#endOwn();
    this.lines = [];
    if (wereOn) this.#how.told("gone");
    this.#how.change();
  }

  /** The connection is gone, and with it what was agreed. */
  lost() {
    const wereOn = this.own === "on" || this.others === "on";
    this.end();
    if (wereOn) this.#how.told("lost");
  }

  /** The call is over. */
  end() {
    clearTimeout(this.#gone);
    clearTimeout(this.#unanswered);
    this.#channel = null;
    this.#endOwn();
    this.others = "off";
    this.lines = [];
    this.#how.change();
  }

  /** For captions of what the other says. */
  ask() {
    if (this.others === "off" && this.isReady) {
      this.others = "asking";
      this.#unwanted = false;
      this.#waitForOther();
      this.#waitForAnswer();
      this.#say({ type: "ask" });
    }
    this.#how.change();
  }

  /** Of what the other says: the question is taken back, or they are no longer wanted. */
  stopOthers() {
    this.others = "off";
    this.#unwanted = true;
    this.#say({ type: "stop" });
    this.#how.change();
  }

  /** The person's own wish, before they have read what it means. */
  consider() {
    if (this.own === "off") this.own = "considered";
    this.#how.change();
  }

  /** By the press of *Allow*: from now on this person's sound goes to the server. */
  allow() {
    if (this.own !== "considered" || !this.#say({ type: "on" })) return this.refuse();
    this.own = "on";
    this.isAsked = false;
    this.#waitForOther();
    this.#how.told("own_on");
    this.#begin();
    this.#how.change();
  }

  refuse() {
    if (this.own !== "considered") return;
    if (this.isAsked) {
      this.#refusedAt = this.#elapsed();
      this.#say({ type: "no" });
    }
    this.#endOwn();
    this.#how.change();
  }

  /** Of what this person says. */
  stopOwn() {
    this.#endOwn();
    this.#say({ type: "off" });
    this.#how.change();
  }

  /** The microphone is another one. */
  follow() {
    this.#listening?.follow();
  }

  /** What the other page said. @param {string | ArrayBuffer} data */
  hear(data) {
    const said = read(data);
    if (this.#isTooMuch()) return; // the announcer would have no time left for what is about money
    if (said?.type === "ask") this.#asked();
    else if (said?.type === "no" && this.others === "asking") this.#othersAre("off", "refused");
    else if (said?.type === "on" && this.#unwanted) this.#say({ type: "stop" });
    else if (said?.type === "on" && this.others !== "on") this.#othersAre("on", "theirs_on");
    else if (said?.type === "off" && this.others === "on") this.#othersAre("off", "theirs_off");
    else if (said?.type === "stop") this.#stopped();
    else if (said?.type === "text" && this.others === "on") this.#add(false, said.text);
    this.#how.change();
  }

  /** A speaker brings a line in some seconds, and a press now and then. */
  #isTooMuch() {
    const now = this.#elapsed();
    this.#heardAt = this.#heardAt.filter((at) => now - at < HEARD_MS);
    return this.#heardAt.length >= HEARD_MAX || !this.#heardAt.push(now);
  }

  #asked() {
    if (this.own === "on") this.#say({ type: "on" });
    else if (this.#elapsed() - this.#refusedAt < REFUSED_MS) this.#say({ type: "no" });
    else if (!this.isAsked) {
      this.own = "considered";
      this.isAsked = true;
      this.#how.told("asked");
    }
  }

  /** @param {Others} state @param {Told} told */
  #othersAre(state, told) {
    this.others = state;
    this.#how.told(told);
  }

  #stopped() {
    const wasOn = this.own === "on";
    if (!wasOn && !this.isAsked) return; // they take back what was never asked
    this.#endOwn();
    if (!wasOn) return;
    this.#say({ type: "off" });
    this.#how.told("own_off");
  }

  async #begin() {
    const turn = (this.#turn += 1);
    const isOurs = () => turn === this.#turn;
    /** @type {Heard} */
    const heard = {
      text: (text) => isOurs() && this.#write(text),
      failed: (why) => isOurs() && this.#fail(why),
    };
    try {
      const listening = await this.#how.listen(heard);
      if (isOurs()) this.#listening = listening;
      else listening.end();
    } catch (problem) {
      console.warn("captions", problem);
      heard.failed();
    }
  }

  #endOwn() {
    this.#turn += 1;
    this.#listening?.end();
    this.#listening = null;
    this.own = "off";
    this.isAsked = false;
  }

  /** @param {Failure} [why] */
  #fail(why = "failed") {
    this.stopOwn();
    this.#how.told(why);
  }

  /** @param {string} text  what this person said */
  #write(text) {
    this.#add(true, text);
    this.#say({ type: "text", text });
    this.#how.change();
  }

  /** @param {boolean} mine @param {unknown} text */
  #add(mine, text) {
    if (typeof text !== "string" || !text) return;
    this.#number += 1;
    this.lines = [...this.lines, { mine, text: text.slice(0, TEXT_MAX), number: this.#number }].slice(-LINES);
  }

  /** @param {object} said @returns {boolean} */
  #say(said) {
    if (!this.isReady) return false;
    this.#channel?.send(JSON.stringify(said));
    return true;
  }
}

/** @param {string | ArrayBuffer} data @returns {{type?: unknown, text?: unknown} | null} */
function read(data) {
  try {
    return typeof data === "string" ? JSON.parse(data) : null;
  } catch {
    return null;
  }
}
