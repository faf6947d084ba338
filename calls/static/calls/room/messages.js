/**
 * What the room socket carries, as types: calls/signalling/PROTOCOL.md, sections 3 and 4, is the law.
 * Times are the server's epoch milliseconds, sums whole minor units.
 *
 * @typedef {"payer" | "expert"} Role
 *
 * @typedef {{hand: boolean, screen: boolean}} Signs  what a person shows to the other
 * @typedef {{id: number, role: Role, name: string, guest: boolean, joined: boolean} & Signs} You
 * @typedef {{id: number, name: string, guest: boolean, present: boolean, presence: "free" | "busy" | "away", slug: string | null} & Signs} Other
 *
 * @typedef {object} Call
 * @property {number} id
 * @property {"ringing" | "answered" | "live" | "ended" | "declined" | "missed" | "cancelled"} state
 * @property {boolean} back  the expert rang, not the caller
 * @property {string} line
 * @property {number | null} ring_until
 * @property {number | null} started_at
 * @property {number | null} ended_at
 * @property {string} end_reason
 * @property {number | null} ends_at  somebody is gone, and then the call ends
 * @property {string | null} receipt
 *
 * @typedef {{minor: number, text: string, spendable_minor: number}} Credit  spendable: what a cap can be raised by
 *
 * @typedef {object} Listing
 * @property {number} id
 * @property {"per_minute" | "act_of_time" | "act_of_work"} kind
 * @property {string} title
 * @property {number | null} rate_minor
 * @property {number | null} price_minor
 * @property {number | null} length_minutes
 * @property {string} text
 * @property {string} earning_text  what the expert gets of it, by the server
 *
 * @typedef {{id: number, label: string, length_ms: number, expires_at: number, text: string}} StoredTime
 *
 * @typedef {{id: number, text: string, page: string}} Order
 *
 * @typedef {{type: "chat.begin", lines: number} | {type: "chat", id: number, by: number, text: string, at: number}} ChatCame
 *
 * @typedef {{listing: number, rate_minor: number | null, price_minor: number | null, text: string}} Preview
 *
 * @typedef {{minor: number, text: string, time_ms: number | null}} CapChoice
 * @typedef {{proposed_minor: number, max_minor: number, clipped_by: "credit" | "limit" | null, choices: CapChoice[]}} Cap
 *
 * @typedef {object} Offer
 * @property {number} id
 * @property {"open" | "adding_credit" | "making_account" | "refused" | "withdrawn" | "expired" | "agreed" | "failed"} state  the last two: of what the
 *   caller agreed to before ringing
 * @property {"per_minute" | "act_of_time" | "act_of_work" | "stored_time"} kind
 * @property {string[]} text
 * @property {number | null} rate_minor
 * @property {number | null} price_minor
 * @property {string} rate_text
 * @property {string | null} [list_text]  the listing's own price, where this one is lower
 * @property {boolean} [by_payer]
 * @property {number | null} expires_at
 * @property {number | null} inert_until
 * @property {boolean} [can_accept]
 * @property {boolean} [needs_credit]
 * @property {Cap | null} [cap]
 * @property {number | null} [wait_until]
 *
 * @typedef {{end_reason: string, cost_text: string, billable_ms: number, text: string,
 *   with_earlier_text?: string | null}} LastPeriod
 *
 * @typedef {object} FreeMeter  no paid period
 * @property {null} period
 * @property {"free"} state
 * @property {string} cost_text
 * @property {LastPeriod | null} [last]
 *
 * @typedef {object} PaidMeter
 * @property {number} period
 * @property {"countdown" | "running" | "paused" | "stopped"} state
 * @property {"pause" | "loss" | "countdown" | null} reason
 * @property {Role | null} by
 * @property {"per_minute" | "act_of_time" | "stored_time"} kind
 * @property {number | null} rate_minor
 * @property {number | null} price_minor
 * @property {number | null} length_ms
 * @property {number} free_ms
 * @property {number} cap_minor
 * @property {number} cap_ms
 * @property {number} billable_ms
 * @property {number} as_of
 * @property {number} counts_from
 * @property {number} cost_minor
 * @property {string} cost_text
 * @property {string} currency
 * @property {"resume" | "ready" | "wait" | null} needs
 * @property {number | null} resume_by
 * @property {boolean} can_cancel_act
 * @property {boolean} muted
 * @property {{until: number, answered: boolean} | null} question  *Still there?*
 * @property {LastPeriod | null} [last]
 *
 * @typedef {FreeMeter | PaidMeter} Meter
 *
 * @typedef {object} RoomState
 * @property {number} now
 * @property {You} you
 * @property {Other} other
 * @property {Call | null} call
 * @property {{explained: boolean} | null} [reported]  by this person, of the call that ended
 * @property {boolean} can_ring
 * @property {Credit} [credit]  payers only
 * @property {Listing[]} [listings]  experts only
 * @property {boolean} [calls_free]  experts only: this caller is never asked to pay
 * @property {boolean} [free_only]  experts only: nothing new is sold in their category
 * @property {Offer | null} offer
 * @property {Meter} meter
 * @property {Order | null} [order]  the act of work that was ordered last in this call
 * @property {StoredTime[]} [stored]  left of acts that these two bought and sold
 * @property {RTCIceServer[]} [ice]  only in the answer to `join`
 *
 * @typedef {{present: boolean, polite: boolean, page: string | null}} PeerNotice
 * @typedef {{description?: RTCSessionDescriptionInit, candidates?: (RTCIceCandidateInit | null)[]}} Signal
 * @typedef {{code: string, text: string, re: string | null}} ServerError
 */

/** The states of a call in which someone can still be in it. */
export const OPEN_CALLS = ["ringing", "answered", "live"];

/** @param {Offer | null | undefined} offer  waits for the payer's answer */
export function isAsked(offer) {
  return Boolean(offer) && ["open", "adding_credit", "making_account"].includes(/** @type {Offer} */ (offer).state);
}

/** @param {Call | null | undefined} call */
export function isOpen(call) {
  return Boolean(call) && OPEN_CALLS.includes(/** @type {Call} */ (call).state);
}
