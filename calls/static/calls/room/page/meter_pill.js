/** The pill at the top: is it free or paid, how long, how much, how much is left. Also the tab's title and the sounds of the meter. */

import { isPaid, moneyText, timeText } from "../meter.js";
import { play } from "../sounds.js";
import { byId, mark, say, show } from "./dom.js";

/** @import { PaidMeter } from "../messages.js" */
/** @import { Reading } from "../meter.js" */
/** @import { Session } from "../session.js" */
/** @import { Voice } from "./voice.js" */
/** @import { Words } from "./words.js" */

/** @param {Session} session @param {Words} words @param {Voice} voice */
export function createMeterPill(session, words, voice) {
  const pageTitle = document.title;
  const language = document.documentElement.lang || "en";
  let before = "";
  let seconds = 0;

  /** @param {PaidMeter} meter @param {number} minor */
  const sum = (meter, minor) => moneyText(minor, meter.currency, language);

  /** @param {Reading} reading */
  function tellChange(reading) {
    if (reading.state !== before) {
      const last = session.state?.meter.last;
      if (before && reading.state === "free" && last) voice.notice(last.text);
      else if (before) voice.announce(words(`meter.say_${reading.state}`, { seconds: reading.countdown }));
      if (before && reading.state === "running") play(session.devices.context, "paid");
      if (before && reading.state === "free") play(session.devices.context, "free");
      before = reading.state;
    }
    if (reading.countdown && reading.countdown !== seconds) play(session.devices.context, "tick");
    seconds = reading.countdown;
  }

  /** @param {PaidMeter} meter @param {Reading} reading */
  function warn(meter, reading) {
    if (!reading.warning) return;
    play(session.devices.context, "warning");
    const kind = meter.rate_minor === null ? "act_warning" : "warning";
    voice.notice(words(`meter.${kind}_${reading.warning}`), "warning");
  }

  /** @param {PaidMeter} meter @param {Reading} reading */
  function left(meter, reading) {
    if (reading.state === "stopped") return words("meter.stopped_at", { time: timeText(reading.timeMs) });
    const time = timeText(reading.leftMs);
    return meter.rate_minor === null ? words("meter.act_left", { time })
      : words("meter.left", { time, cap: sum(meter, meter.cap_minor) });
  }

  /** @param {Reading} reading */
  function title(reading) {
    const { phase, screen, state } = session;
    const time = timeText(reading.timeMs);
    if (phase === "ringing") return words("meter.title_ringing");
    if (screen !== "call") return "";
    if (reading.state === "running" || reading.state === "countdown") return words("meter.title_paid", { time });
    if (reading.state === "paused" || reading.state === "stopped") return words(`meter.title_${reading.state}`, { time });
    return state?.offer?.state === "open" ? words("meter.title_offer") : words("meter.title_free");
  }

  function render() {
    const { state, reading, screen } = session;
    show(byId("meter"), screen === "call" && state?.call?.state === "live");
    if (!state || !reading) return;
    const paid = isPaid(state.meter);
    mark(byId("room"), "meter", screen === "call" ? reading.state : "free");
    mark(byId("meter"), "state", reading.state);
    mark(byId("meter-state"), "state", reading.state);
    say(byId("meter-state"), words(`meter.${reading.state}`));
    show(byId("meter-paid"), paid);
    show(byId("meter-time"), paid);
    show(byId("meter-cost"), paid);
    say(byId("meter-time"), timeText(reading.timeMs));
    if (isPaid(state.meter)) {
      say(byId("meter-cost"), sum(state.meter, reading.costMinor));
      say(byId("meter-left"), left(state.meter, reading));
      warn(state.meter, reading);
    } else {
      say(byId("meter-cost"), state.meter.cost_text);
      say(byId("meter-left"), words(state.you.role === "payer" ? "meter.free_payer" : "meter.free_expert"));
    }
    tellChange(reading);
    show(byId("credit"), Boolean(state.credit) && screen === "call");
    say(byId("balance"), state.credit?.text ?? "");
    const front = title(reading);
    const wanted = front ? `${front} · ${state.other.name}` : pageTitle;
    if (document.title !== wanted) document.title = wanted;
  }

  return { render };
}
