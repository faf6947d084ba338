/** What a call is doing, in one word for the person and one for the layout. Pure. */

import { isOpen } from "./messages.js";

/** @import { RoomState } from "./messages.js" */
/** @import { Status } from "./protocol.js" */

/**
 * @typedef {"ringing" | "connecting" | "connected" | "reconnecting" | "ended"} Phase
 * @typedef {"loading" | "lobby" | "call" | "over" | "replaced" | "refused"} Screen
 *
 * @typedef {object} Facts
 * @property {Status} status  of the room socket
 * @property {RoomState | null} state  the newest
 * @property {boolean} joined  the person pressed *Join* and has not hung up
 * @property {boolean} hearing  the other's sound arrives
 * @property {boolean} everHeard  it did, in this call
 */

/** @param {Facts} facts @returns {Phase} */
export function phaseOf({ status, state, joined, hearing, everHeard }) {
  if (!state) return "connecting";
  if (!isOpen(state.call)) return "ended";
  if (state.call?.state === "ringing") return "ringing";
  if (!joined || !everHeard) return "connecting";
  return status === "open" && hearing && state.other.present ? "connected" : "reconnecting";
}

/** @param {Facts} facts @returns {Screen} */
export function screenOf({ status, state, joined }) {
  if (status === "replaced") return "replaced";
  if (status === "signed_out" || status === "not_found") return "refused";
  if (!state) return "loading";
  if (!isOpen(state.call)) return "over";
  return joined ? "call" : "lobby";
}

/** This window has no part in the call any more: a newer one has, or nobody. @param {Screen} screen */
export function isGone(screen) {
  return screen === "replaced" || screen === "refused";
}

/**
 * Which of the words says why the call is as it is.
 * @param {Facts} facts
 * @returns {string} a key of the page's words
 */
export function reasonOf(facts) {
  const { status, state } = facts;
  const call = state?.call;
  const phase = phaseOf(facts);
  if (!state || !call) return "no_call";
  if (phase === "ended" && call.state === "ended") return `ended_${call.end_reason || "hung_up"}`;
  if (phase === "ended") return rang(state) ? call.state : `${call.state}_expert`;
  if (phase === "ringing") return rang(state) ? "ringing_out" : "ringing_in";
  if (status !== "open") return "server_lost";
  if (phase === "connecting") return state.other.present ? "finding" : "waiting";
  if (phase === "reconnecting") return state.other.present ? "sound_lost" : "other_lost";
  return "";
}

/** Whether this person rings, or rang: the caller, or an expert who calls back. @param {RoomState} state */
export function rang({ you, call }) {
  return (you.role === "expert") === Boolean(call?.back);
}
