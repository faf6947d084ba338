/**
 * One person's part in the room, without a page: the socket, the connection to the other browser, the devices and the
 * meter, and what each has to do when another of them changes.
 */

import { CameraRest } from "./camera_rest.js";
import { Captions } from "./captions.js";
import { Chat } from "./chat.js";
import { ServerClock } from "./clock.js";
import { Devices } from "./devices.js";
import { Files } from "./files.js";
import { isOpen } from "./messages.js";
import { isPaid, MeterReader } from "./meter.js";
import { Network } from "./network.js";
import { Peer } from "./peer.js";
import { phaseOf, reasonOf, screenOf } from "./phase.js";
import { newPageName, RoomSocket } from "./protocol.js";

/** @import { Told } from "./captions.js" */
/** @import { Places } from "./captions/sound.js" */
/** @import { Line } from "./chat.js" */
/** @import { DevicesWorld } from "./devices.js" */
/** @import { ChatCame, PeerNotice, Preview, RoomState, ServerError, Signal } from "./messages.js" */
/** @import { NetworkWorld } from "./network.js" */
/** @import { PeerWorld } from "./peer.js" */
/** @import { World } from "./protocol.js" */

const REPORT_MS = 2000;
/** So many restarts in vain, then a wholly new connection. One side begins it: two at once would cross. */
const RESTARTS = 3;

/**
 * @typedef {object} SessionListener
 * @property {() => void} change  of anything that shows
 * @property {(error: ServerError) => void} error
 * @property {(line: Line) => void} [line]  of the chat; `chat.add` keeps it
 * @property {(preview: Preview) => void} [preview]  what the expert would get
 * @property {(what: Told) => void} [captions]
 * @property {import("./peer.js").PeerListener["tracks"]} tracks
 *
 * @typedef {Partial<World & PeerWorld & DevicesWorld & NetworkWorld>} SessionWorld
 */

export class Session {
  #on;
  #reader = new MeterReader();
  #everHeard = false;
  /** *Hang up* ends the call here at once; the server hears of it when there is a connection. @type {"" | "to send" | "sent"} */
  #hangup = "";
  /** The other may speak before the server has named the TURN servers; answered then, it would not be found. @type {Signal[] | null} */
  #tooEarly = [];
  /** Without the server the meter stands where it stood. @type {number | null} */
  #lostAt = null;

  /** What was sent and is not in a state yet. @type {{hand: boolean | null, screen: boolean | null}} */
  #signed = { hand: null, screen: null };

  #rest = new CameraRest();
  /** *Hide my network address* was pressed, and the connection is the one from before. */
  #wayIsOld = false;

  /** Raised, by the person's own wish. */
  hand = false;
  chat = new Chat();
  clock = new ServerClock();
  /** @type {RoomState | null} */
  state = null;

  /** @param {{url: string, seatUrl: string, captions?: Places | null, on: SessionListener, world?: SessionWorld}} options */
  constructor({ url, seatUrl, captions = null, on, world = {} }) {
    this.#on = on;
    this.devices = new Devices({ world, on: { change: () => this.#devicesChanged() } });
    this.network = new Network({ world, change: on.change });
    this.files = new Files({ change: on.change });
    this.captions = new Captions({
      change: on.change,
      told: (what) => on.captions?.(what),
      listen: async (heard) => {
        const { Sound } = await import("./captions/sound.js"); // most calls need none of it
        const isRead = () => this.captions.isRead;
        return Sound.begin({ .../** @type {Places} */ (captions), devices: this.devices, heard, isRead });
      },
    });
    this.peer = new Peer({
      world,
      channels: { files: this.files, ...(captions && { captions: this.captions }) },
      on: {
        signal: (data) => this.socket.send("signal", { data }),
        tracks: on.tracks,
        change: () => this.#heard(),
        stalled: (count) => this.#stalled(count),
      },
    });
    this.socket = new RoomSocket({
      url,
      seatUrl,
      world,
      on: {
        status: () => this.#statusChanged(),
        state: (state) => this.#stateCame(state),
        peer: (notice) => this.#peerCame(notice),
        signal: (data) => (this.#tooEarly ? this.#tooEarly.push(data) : this.peer.signal(data)),
        error: (error) => this.#errorCame(error),
        preview: (preview) => on.preview?.(preview),
        chat: (said) => this.#chatCame(said),
      },
    });
    setInterval(() => this.#report(), REPORT_MS);
  }

  get facts() {
    const { status, wanted } = this.socket;
    const { hearing } = this.peer;
    return { status, state: this.state, joined: wanted, hearing, everHeard: this.#everHeard };
  }

  get phase() {
    return this.#hangup ? "ended" : phaseOf(this.facts);
  }

  get screen() {
    return this.#hangup ? "over" : screenOf(this.facts);
  }

  /** A key of the page's words. */
  get reason() {
    return this.#hangup ? "ended_hung_up" : reasonOf(this.facts);
  }

  /** The meter now; null before the first state. Without the server no time counts, so it says `stopped`. */
  get reading() {
    if (!this.state) return null;
    const { meter } = this.state;
    if (this.#lostAt === null || !isPaid(meter)) return this.#reader.read(meter, this.clock.now());
    const reading = this.#reader.read(meter, this.#lostAt);
    return reading.state === "running" ? { ...reading, state: /** @type {const} */ ("stopped") } : reading;
  }

  /** The camera is on and nothing of it is sent: there is room for the sound alone. */
  get cameraRests() {
    return this.#rest.resting;
  }

  get #otherIsHere() {
    return this.peer.present && this.peer.hearing;
  }

  get hushed() {
    return Boolean(this.state && isPaid(this.state.meter) && this.state.meter.muted);
  }

  /** By the press of *Join*. A call starts with sound: a camera that was only tried is off again. */
  join() {
    this.devices.cameraOff();
    this.devices.open();
    this.socket.join();
    this.#on.change();
  }

  /** By the press of *Ring again*. */
  ring() {
    if (this.socket.ring()) this.devices.open();
    this.#on.change();
  }

  /** By the press of *Use this window instead*. */
  takeOver() {
    this.devices.open();
    this.socket.takeOver();
  }

  /** In mid-call too: restarting ICE would keep the way that works, so the connection is made anew. @param {boolean} wish */
  setRelayOnly(wish) {
    this.network.setRelayOnly(wish);
    this.peer.configure(this.network.configuration);
    this.#wayIsOld = true;
    this.#useNewWay();
    this.#on.change();
  }

  hangUp() {
    this.#hangup = "to send";
    this.#sendHangup();
    this.#leave();
    this.#on.change();
  }

  /** @param {boolean} raised */
  raiseHand(raised) {
    this.hand = raised;
    this.#sendSigns();
    this.#on.change();
  }

  /** What the server knows of us otherwise than it is: a seat that was taken anew begins with nothing shown. */
  #sendSigns() {
    const you = this.state?.you;
    if (!you?.joined || this.#hangup) return;
    const signs = { hand: this.hand, screen: this.devices.screen !== null };
    for (const what of /** @type {const} */ (["hand", "screen"])) {
      if (signs[what] === (this.#signed[what] ?? you[what])) continue;
      if (this.send("sign", { what, on: signs[what] })) this.#signed[what] = signs[what];
    }
  }

  #sendHangup() {
    if (this.#hangup === "to send" && this.state?.you.joined && this.socket.send("hangup")) this.#hangup = "sent";
  }

  /** A *Hang up* that the server could not do is sent again with the next report's turn. @param {ServerError} error */
  #errorCame(error) {
    if (error.re === "hangup" && this.#hangup) this.#hangup = "to send";
    this.#on.error(error);
  }

  /** @param {string} type @param {object} [fields] */
  send(type, fields) {
    return this.socket.send(type, fields);
  }

  /** Ask for the state anew: credit may have come, of which the room is not told. */
  refresh() {
    this.socket.ask();
  }

  /** @param {RoomState} state */
  #stateCame(state) {
    this.clock.note(state.now);
    this.#signed = { hand: null, screen: null };
    if (state.call?.id !== this.state?.call?.id) this.#callChanged();
    this.state = state;
    this.#lostAt = null;
    if (state.ice) this.#iceCame(state.ice);
    if (!isOpen(state.call)) this.#over();
    this.#sendHangup();
    this.#sendSigns();
    this.devices.setHushed(this.hushed);
    this.#on.change();
  }

  /** Of one call that gave way to the next unseen nothing goes on: no camera, no screen, no hand. */
  #callChanged() {
    this.#everHeard = false;
    if (isOpen(this.state?.call ?? null) && !this.socket.wanted) this.#leave();
  }

  /** @param {RTCIceServer[]} servers */
  #iceCame(servers) {
    this.network.name(servers);
    this.peer.configure(this.network.configuration);
    const waiting = this.#tooEarly ?? [];
    this.#tooEarly = null;
    for (const data of waiting) this.peer.signal(data);
  }

  #over() {
    this.#hangup = "";
    if (this.socket.wanted) return; // it rings again
    this.#leave();
  }

  #leave() {
    this.captions.end(); // before the connection that it would miss
    this.peer.close();
    this.files.end();
    this.devices.close();
    this.hand = false;
    this.#tooEarly = [];
    this.#everHeard = false;
  }

  #statusChanged() {
    const { status } = this.socket;
    if (status !== "open") {
      this.#lostAt ??= this.clock.now();
      if (this.#hangup) this.#hangup = "to send";
    }
    if (status === "replaced" || status === "signed_out" || status === "not_found") this.#leave();
    this.#on.change();
  }

  /** @param {PeerNotice} notice */
  #peerCame(notice) {
    if (this.#hangup) return;
    this.#sendTracks();
    if (!this.peer.isBegun) this.#wayIsOld = false; // what begins now is configured already
    this.peer.notice(notice);
    this.captions.otherIs(this.#otherIsHere);
    this.#useNewWay();
    this.#on.change();
  }

  /** @param {ChatCame} said */
  #chatCame(said) {
    if (said.type === "chat.begin") this.chat.begin(said.lines);
    else this.#on.line?.(said);
    this.#on.change();
  }

  #devicesChanged() {
    this.#sendTracks();
    this.#sendSigns();
    this.captions.follow();
    this.#on.change();
  }

  #sendTracks() {
    const { audio, video, screen } = this.devices;
    const seen = this.cameraRests ? null : video;
    for (const [slot, track] of /** @type {const} */ ([["audio", audio], ["video", seen], ["screen", screen]])) {
      this.peer.send(slot, track).catch((problem) => console.warn(slot, problem));
    }
  }

  #heard() {
    this.#everHeard ||= this.peer.hearing;
    this.captions.otherIs(this.#otherIsHere);
    this.#on.change();
  }

  /** @param {number} count */
  #stalled(count) {
    const wait = this.peer.polite ? 2 * RESTARTS : this.peer.everHeard ? RESTARTS : 1;
    if (count % wait === 0) this.#beginAnew();
    this.socket.probe(); // alive or not, it ends with a notice about the peer, and that restarts what stands still
  }

  /** Since the report before: somebody spoke, or there is something to look at without words. */
  #takeSpoken() {
    const spoken = this.peer.speech.take();
    return spoken || this.devices.screen !== null || this.peer.showing;
  }

  #restCamera() {
    if (!this.#rest.look(performance.now(), this.peer.quality, this.devices.video !== null)) return;
    this.#sendTracks();
    this.#on.change();
  }

  /** At once, or as soon as the other is there to make the connection anew with. */
  #useNewWay() {
    if (!this.#wayIsOld || !this.peer.present) return;
    this.#wayIsOld = false;
    this.#beginAnew();
    this.socket.probe();
  }

  /** To the other side it looks like a page that was loaded anew, so they do the same. */
  #beginAnew() {
    this.socket.page = newPageName();
    this.peer.restartAll();
  }

  async #report() {
    this.#sendHangup();
    this.#restCamera();
    if (!this.socket.wanted || this.#hangup || !this.state?.you.joined) return;
    const counters = await this.peer.counters().catch(() => null);
    if (counters) this.socket.send("media", { received: counters.received, spoken: this.#takeSpoken() });
    if (isPaid(this.state.meter)) this.socket.check();
  }
}
