/** The pill at the top: free or paid, how long, how much, how much is left. Also the tab's title and the sounds of the meter. */

import { CapWarnings, isPaid, moneyText, timeText } from "../meter.js";
import { isGone } from "../phase.js";
import { byId, mark, say, show } from "./dom.js";

/** @import { Meter, PaidMeter, RoomState } from "../messages.js" */
/** @import { Reading } from "../meter.js" */
/** @import { Desk } from "./desk.js" */

export class MeterPill {
  #desk;
  #pageTitle = document.title;
  #language = document.documentElement.lang || "en";
  #before = "";
  #countdown = 0;
  #warnings = new CapWarnings();

  /** @param {Desk} desk */
  constructor(desk) {
    this.#desk = desk;
  }

  render() {
    const { state, reading, screen } = this.#desk.session;
    show(byId("meter"), screen === "call" && state?.call?.state === "live");
    show(byId("credit"), Boolean(state?.credit) && screen === "call");
    say(byId("balance"), state?.credit?.text ?? "");
    this.#tellHeader(state?.credit?.text);
    if (!state || !reading) return;
    mark(byId("room"), "meter", screen === "call" ? reading.state : "free");
    this.#renderPill(state, reading);
    if (isGone(screen)) this.#before = ""; // it may run on in a newer window
    else this.#tellChange(state.meter, reading);
    this.#warn(state.meter, reading);
    const front = this.#title(reading);
    const title = front ? `${front} · ${state.other.name}` : this.#pageTitle;
    if (document.title !== title) document.title = title;
  }

  /** The site's header is back when the call is over; whoever began as a guest has none. @param {string | undefined} credit */
  #tellHeader(credit) {
    const header = document.getElementById("header-credit");
    if (credit && header) say(header, credit);
  }

  /** @param {RoomState} state @param {Reading} reading */
  #renderPill({ meter, you }, reading) {
    const { words } = this.#desk;
    const paid = isPaid(meter);
    mark(byId("meter"), "state", reading.state);
    mark(byId("meter-state"), "state", reading.state);
    say(byId("meter-state"), words(`meter.${reading.state}`));
    for (const id of ["meter-paid", "meter-time", "meter-cost"]) show(byId(id), paid);
    say(byId("meter-time"), timeText(reading.timeMs));
    say(byId("meter-cost"), paid ? this.#sum(meter, reading.costMinor) : meter.cost_text);
    say(byId("meter-left"), paid ? this.#left(meter, reading) : words(`meter.free_${you.role}`));
  }

  /** @param {PaidMeter} meter @param {Reading} reading */
  #left(meter, reading) {
    const { words } = this.#desk;
    if (reading.state === "stopped") return words("meter.stopped_at", { time: timeText(reading.timeMs) });
    const time = timeText(reading.leftMs);
    if (meter.rate_minor === null) return words("meter.act_left", { time });
    return words("meter.left", { time, cap: this.#sum(meter, meter.cap_minor) });
  }

  /** @param {PaidMeter} meter @param {number} minor */
  #sum(meter, minor) {
    return moneyText(minor, meter.currency, this.#language);
  }

  /** Aloud and in words, once. @param {Meter} meter @param {Reading} reading */
  #tellChange(meter, reading) {
    const { words, voice, sound } = this.#desk;
    if (reading.countdown && reading.countdown !== this.#countdown) sound("tick");
    this.#countdown = reading.countdown;
    const before = this.#before;
    this.#before = reading.state;
    if (!before || before === reading.state) return; // the page has just loaded, or nothing changed
    if (reading.state === "running") sound("paid");
    if (reading.state === "free") sound("free");
    if (reading.state === "free" && meter.last) this.#tellCost(meter.last.text);
    else voice.announce(words(`meter.say_${reading.state}`, { seconds: reading.countdown }));
  }

  /** The card at the end of the call says it too: then it is only said aloud. @param {string} words */
  #tellCost(words) {
    const { voice, session } = this.#desk;
    if (session.screen === "call") voice.notice(words);
    else voice.announce(words);
  }

  /** @param {Meter} meter @param {Reading} reading */
  #warn(meter, reading) {
    const minutes = this.#warnings.due(meter, reading);
    if (!minutes || !isPaid(meter)) return;
    const { words, voice, sound } = this.#desk;
    sound("warning");
    voice.notice(words(`meter.${meter.rate_minor === null ? "act_" : ""}warning_${minutes}`), "warning");
  }

  /** What a hidden tab tells. @param {Reading} reading */
  #title(reading) {
    const { phase, screen, state } = this.#desk.session;
    const { words } = this.#desk;
    const time = timeText(reading.timeMs);
    if (phase === "ringing") return words("meter.title_ringing");
    if (screen !== "call") return "";
    if (reading.state === "running" || reading.state === "countdown") return words("meter.title_paid", { time });
    if (reading.state !== "free") return words(`meter.title_${reading.state}`, { time });
    return words(state?.offer?.state === "open" ? "meter.title_offer" : "meter.title_free");
  }
}
