/** How this browser may find the other: the servers that the site named, whether its relay answers, and the wish to use it alone. */

const KEPT = "ringwise.relay_only";
/** A relay that answers does so within a second or two, over TCP and TLS too. */
const PATIENCE_MS = 8000;
/** An error code below 700 is the relay's own answer; from 700 on nothing answered. */
const OWN_ERRORS = 700;

/**
 * What became of trying the relay: `none` is there, it `refused` us, nothing was heard from it.
 * @typedef {"untried" | "trying" | "well" | "none" | "refused" | "unreachable"} RelayState
 *
 * @typedef {object} NetworkWorld  what a test replaces
 * @property {typeof RTCPeerConnection} RTCPeerConnection
 * @property {Pick<Storage, "getItem" | "setItem">} storage
 */

export class Network {
  #world;
  #change;
  /** @type {RTCIceServer[]} */
  #servers = [];
  #named = false;

  /** @type {RelayState} */
  relay = "untried";
  /** The person's wish: the other's browser learns the relay's address in place of theirs. */
  relayOnly;

  /** @param {{change: () => void, world?: Partial<NetworkWorld>}} options */
  constructor({ change, world = {} }) {
    this.#change = change;
    const { RTCPeerConnection, localStorage } = globalThis;
    this.#world = { RTCPeerConnection, storage: localStorage, ...world };
    this.relayOnly = this.#world.storage.getItem(KEPT) === "1";
  }

  /** The wish cannot be kept: no call connects, or, where the site has no relay at all, the address is told after all. */
  get isExposedOrStuck() {
    return this.relayOnly && ["none", "refused", "unreachable"].includes(this.relay);
  }

  /** The site has a relay. */
  get hasRelay() {
    return this.#relays.length > 0;
  }

  /** For a connection. Without a relay the wish to use nothing else would only mean no call. @returns {RTCConfiguration} */
  get configuration() {
    return { iceServers: this.#servers, iceTransportPolicy: this.relayOnly && this.hasRelay ? "relay" : "all" };
  }

  get #relays() {
    return this.#servers.filter(({ urls }) => [urls].flat().some((url) => /^turns?:/.test(url)));
  }

  /** @param {RTCIceServer[]} servers */
  name(servers) {
    this.#servers = servers;
    this.#named = true;
    if (!this.hasRelay) this.relay = "none";
  }

  /** @param {boolean} wish */
  setRelayOnly(wish) {
    this.relayOnly = wish;
    this.#world.storage.setItem(KEPT, wish ? "1" : "");
  }

  /** Asks the relay for a place, as a call would. Nothing is sent to anybody else. */
  async tryRelay() {
    if (!this.#named || !this.hasRelay || this.relay === "trying") return;
    this.#become("trying");
    this.#become(await this.#ask());
  }

  /** @param {RelayState} relay */
  #become(relay) {
    this.relay = relay;
    this.#change();
  }

  /** @returns {Promise<RelayState>} */
  async #ask() {
    const pc = new this.#world.RTCPeerConnection({ iceServers: this.#relays, iceTransportPolicy: "relay" });
    let refused = false;
    try {
      return await new Promise((resolve) => {
        const failed = () => resolve(refused ? "refused" : "unreachable");
        setTimeout(failed, PATIENCE_MS);
        pc.onicecandidateerror = ({ errorCode }) => (refused ||= errorCode < OWN_ERRORS);
        pc.onicecandidate = ({ candidate }) => {
          if (candidate?.type === "relay") resolve("well");
          else if (!candidate) failed();
        };
        pc.createDataChannel("try");
        pc.setLocalDescription().catch(failed);
      });
    } finally {
      pc.close();
    }
  }
}
