/**
 * The room's page: joins the session, which knows no page, to the other parts beside this, which know nothing else. To be imported does
 * nothing: while it rings this is fetched ahead (marketplace/page/room_ahead.js).
 */

import { Session } from "../session.js";
import { play } from "../sounds.js";
import { CaptionsPart } from "./captions_part.js";
import { ChatPanel } from "./chat_panel.js";
import { ConsentCard } from "./consent.js";
import { Controls } from "./controls.js";
import { CreditForm } from "./credit_form.js";
import { Details } from "./details.js";
import { DevicePanel } from "./device_panel.js";
import { socketAddress } from "../../../marketplace/page/addresses.js";
import { byId } from "./dom.js";
import { Doors } from "./doors.js";
import { Focus } from "./focus.js";
import { GoPaid } from "./go_paid.js";
import { MeterPill } from "./meter_pill.js";
import { More } from "./more.js";
import { QualityLine } from "./quality_line.js";
import { ReportForm } from "./report.js";
import { createSmallWindow, wayBack } from "./small_window.js";
import { Stage } from "./stage.js";
import { StillThere } from "./still_there.js";
import { Voice } from "./voice.js";
import { wordsFrom } from "./words.js";

/** @import { ServerError } from "../messages.js" */
/** @import { Desk } from "./desk.js" */

const TICK_MS = 200;

export function openRoom() {
  const { code = "", seat = "", wallet = "", signUp = "", other = "", cardForm = "", cardKey = "", captions: worklet = "" } = byId("room").dataset;
  const words = wordsFrom(JSON.parse(byId("room-words", HTMLScriptElement).text), other);
  const voice = new Voice(words("page.dismiss"));
  const session = new Session({
    url: socketAddress(`room/${code}/`),
    seatUrl: seat,
    captions: worklet ? { url: socketAddress(`captions/${code}/`), worklet } : null,
    on: { change: soon, error, captions: (what) => captions.told(what), line: (line) => chatPanel.came(line), preview: (told) => goPaid.previewed(told), tracks: (...tracks) => stage.tracks(...tracks) },
  });
  /** @type {Desk} */
  const desk = { session, words, voice, act, sound: (sound) => play(session.devices.context, sound) };
  const refresh = () => session.refresh();
  const openWindow = createSmallWindow(refresh);
  const creditForm = cardForm ? new CreditForm({ key: cardKey, address: cardForm, words, onReturn: refresh }) : null;
  const stage = new Stage(desk);
  const consent = new ConsentCard(desk, { addCredit, makeAccount });
  const controls = new Controls(desk, () => addCredit(0));
  const goPaid = new GoPaid(desk);
  const chatPanel = new ChatPanel(desk);
  const captions = new CaptionsPart(desk);
  const devicePanel = new DevicePanel(desk, (speaker) => stage.speakThrough(speaker));
  const parts = [new Doors(desk), stage, new MeterPill(desk), controls, goPaid, consent, chatPanel, devicePanel, new Details(desk), new More(desk), new QualityLine(desk), new StillThere(desk), captions, new ReportForm(desk), new Focus()];
  let due = false;

  function render() {
    due = false;
    for (const part of parts) part.render();
  }

  /** Several changes in one turn are drawn once. Not requestAnimationFrame: the title is for hidden tabs. */
  function soon() {
    if (due) return;
    due = true;
    queueMicrotask(render);
  }

  /** @type {Desk["act"]} */
  function act(type, fields) {
    const sent = session.send(type, fields);
    if (!sent) voice.notice(words("page.offline_action"), "error");
    return sent;
  }

  /** @param {number} missing  what is needed at least, in cents; 0 or less: any sum */
  function addCredit(missing) {
    const asked = new URLSearchParams({ return: wayBack("credit"), missing: String(Math.max(0, missing)) });
    const opened = creditForm ? creditForm.open(missing) : openWindow(`${wallet}?${asked}`);
    if (!opened) voice.notice(words("offer.window"), "error");
    return opened;
  }

  /** Of a guest, in place: the server ends the guest's socket then, and the next one is the member's. */
  function makeAccount() {
    const opened = openWindow(`${signUp}?${new URLSearchParams({ next: wayBack("account") })}`);
    if (!opened) voice.notice(words("offer.window_account"), "error");
    return opened;
  }

  /** What went wrong, and what it means for the person's money. @param {ServerError} problem */
  function error({ code: kind, text, re }) {
    if (kind === "room.no_peer") return; // said by the state of the call already
    const about = re?.split(".")[0] ?? "";
    const money = about === "offer" ? "page.not_charged" : ["meter", "act"].includes(about) ? "page.meter_unchanged" : "";
    const told = money ? `${text} ${words(money)}` : text;
    if (re === "chat") chatPanel.refused();
    if (re === "offer.preview") return goPaid.previewed(null); // what is wrong is said when it is sent
    if (re === "offer.send") goPaid.refused(told);
    else if (re === "meter.raise") controls.refused(told);
    else if (re === "offer.stored") voice.notice(told, "error");
    else if (about === "offer") consent.refused(told);
    else voice.notice(told, "error");
    soon();
  }

  window.addEventListener("online", () => session.socket.wake());
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) session.socket.wake();
  });
  setInterval(render, TICK_MS);
  session.socket.start();
}
