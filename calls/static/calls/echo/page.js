/** The page of the test call: the check of devices as a call has it, and the echo below. */

import { Devices } from "../room/devices.js";
import { Network } from "../room/network.js";
import { DeviceCheck } from "../room/page/device_check.js";
import { DeviceChoice } from "../room/page/device_choice.js";
import { byId, mark, onPress, say, show } from "../room/page/dom.js";
import { wordsFrom } from "../room/page/words.js";
import { play } from "../room/sounds.js";
import { EchoCall, EchoRefused, mirror } from "./echo_call.js";

/** @import { Answer } from "./echo_call.js" */

const TICK_MS = 200;

const { way, answer = "", through = "", other = "", ...more } = byId("test-call").dataset;
const words = wordsFrom(JSON.parse(byId("echo-words", HTMLScriptElement).text), other);
let proof = more.proof ?? "";

const devices = new Devices({ on: { change: () => echo?.update() } });
const network = new Network({ change: () => {} });
network.name(JSON.parse(byId("echo-ice", HTMLScriptElement).text));
const picture = way === "devices" ? null : byId("echo-picture", HTMLVideoElement);
/** Of a call by way of the relay: the other end. @type {ReturnType<typeof mirror> | null} */
let end = null;

const check = new DeviceCheck({
  session: { devices, network, screen: "lobby", setRelayOnly: (wish) => network.setRelayOnly(wish) },
  words,
});
const choice = new DeviceChoice(devices, words, async (speaker) => {
  await /** @type {{setSinkId?: (id: string) => Promise<void>} | null} */ (picture)?.setSinkId?.(speaker);
});
onPress("try-speaker", () => play(devices.context, "joined"));

const echo = way === "devices" ? null : new EchoCall({ devices, on: { change: changed, through: remember, stream: watch } });
if (echo) {
  onPress("echo-start", () => start(way === "relay"));
  onPress("echo-end", () => echo.end());
  byId("echo-start", HTMLButtonElement).disabled = false;
}

devices.open();
check.begin(false);
setInterval(render, TICK_MS);

/** @param {boolean} throughRelay  this browser calls itself, in place of the echo */
function start(throughRelay) {
  devices.open();
  if (!devices.video && devices.cameraProblem === null) devices.cameraOn();
  end?.close();
  end = null;
  if (throughRelay) {
    const byRelay = { ...network.configuration, iceTransportPolicy: /** @type {const} */ ("relay") };
    end = mirror(byRelay);
    echo?.begin(byRelay, end.answer);
  } else echo?.begin(network.configuration, askEcho);
}

/** @type {Answer} */
async function askEcho({ sdp = "" }) {
  const said = await post(answer, { sdp });
  proof = said.proof;
  return { type: "answer", sdp: said.sdp };
}

/** For the checklist. */
function remember() {
  post(through, { proof }).catch((problem) => console.warn("not remembered", problem));
}

/** @param {string} address @param {Record<string, string>} fields */
async function post(address, fields) {
  const body = new FormData(byId("echo-form", HTMLFormElement));
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  const answered = await fetch(address, { method: "POST", body });
  const said = answered.status === 204 ? {} : await answered.json().catch(() => null);
  if (!answered.ok || !said) throw new EchoRefused(said?.text ?? words("echo.refused"));
  return said;
}

/** @param {MediaStream | null} stream */
function watch(stream) {
  if (picture && picture.srcObject !== stream) picture.srcObject = stream;
}

function changed() {
  // The echo may be out of reach though calls get through: those go by the relay where they must.
  if (echo?.reason === "lost" && echo.state === "failed" && network.hasRelay && !end) return start(true);
  render();
}

function render() {
  check.render();
  choice.list(() => true);
  if (!echo || !picture) return;
  const { state, reason, seen, passed, isOn } = echo;
  const text = byId("echo-text");
  mark(text, "state", state);
  if (state === "failed") say(text, /^\w+$/.test(reason) ? words(`echo.${reason}`) : reason);
  else if (state === "through" && seen) say(text, words("echo.through_seen"));
  else say(text, words(`echo.${state === "over" && passed ? "over_through" : state}`));
  show(picture, isOn && seen);
  const hadFocus = [byId("echo-start"), byId("echo-end")].includes(/** @type {HTMLElement} */ (document.activeElement));
  show(byId("echo-start"), !isOn);
  show(byId("echo-end"), isOn);
  if (hadFocus) byId(isOn ? "echo-end" : "echo-start").focus();
  say(byId("echo-start-text"), words(state === "idle" ? "echo.start" : "echo.again"));
}
