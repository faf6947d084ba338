/** The room's page: joins the session, which knows no page, to the parts in page/, which know nothing else. */

import { Session } from "./session.js";
import { play } from "./sounds.js";
import { createConsent } from "./page/consent.js";
import { createControls } from "./page/controls.js";
import { createCreditWindow, goBack, isReturned } from "./page/credit_window.js";
import { createDevicePanel } from "./page/device_panel.js";
import { byId, show } from "./page/dom.js";
import { createDoors } from "./page/doors.js";
import { createGoPaid } from "./page/go_paid.js";
import { createMeterPill } from "./page/meter_pill.js";
import { createStage } from "./page/stage.js";
import { createVoice } from "./page/voice.js";
import { wordsFrom } from "./page/words.js";

/** @import { ServerError } from "./messages.js" */

const TICK_MS = 200;

const room = byId("room");
const { code = "", seat = "", wallet = "", other = "" } = room.dataset;
const words = wordsFrom(JSON.parse(byId("room-words", HTMLScriptElement).text), other);

if (isReturned()) {
  for (const door of document.querySelectorAll(".room-door")) {
    if (door instanceof HTMLElement) show(door, door.dataset.for === "credit");
  }
  goBack();
} else open();

function open() {
  let due = false;
  const address = `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/room/${code}/`;
  const voice = createVoice(words("page.dismiss"));
  const session = new Session({
    url: address,
    seatUrl: seat,
    on: { change: soon, error, tracks: (audio, video) => stage.tracks(audio, video) },
  });
  const chime = () => play(session.devices.context, "offer");
  const creditWindow = createCreditWindow(wallet, () => session.refresh());
  const stage = createStage(session, words, voice);
  const consent = createConsent(session, words, voice, { addCredit, act, chime });
  const goPaid = createGoPaid(session, words, voice, { act });
  const parts = [
    createDoors(session, words, voice),
    stage,
    createMeterPill(session, words, voice),
    createControls(session, words, voice, { addCredit, act }),
    goPaid,
    consent,
    createDevicePanel(session, words, stage.speakThrough),
  ];

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

  /** A press that the server must hear of. @param {string} type @param {object} fields */
  function act(type, fields) {
    const sent = session.send(type, fields);
    if (!sent) voice.notice(words("page.offline_action"), "error");
    return sent;
  }

  function addCredit() {
    const opened = creditWindow.open();
    if (!opened) voice.notice(words("offer.window"), "error");
    return opened;
  }

  /** @param {ServerError} problem */
  function error({ code: kind, text, re }) {
    if (kind === "room.no_peer") return; // said by the state of the call already
    if (re === "offer.accept" || re === "offer.refuse" || re === "offer.adding_credit") consent.refused(text);
    else if (re === "offer.send") goPaid.refused(text);
    else voice.notice(text, "error");
    soon();
  }

  window.addEventListener("online", () => session.socket.wake());
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) session.socket.wake();
  });
  setInterval(render, TICK_MS);
  session.socket.start();
}
