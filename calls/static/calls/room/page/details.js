/** *Call details*: the security code, for two people who want to know that nobody listens in between. */

import { securityCode } from "../security_code.js";
import { byId, say, show } from "./dom.js";
import { Panel } from "./panel.js";

/** @import { Desk } from "./desk.js" */

export class Details {
  #desk;
  #panel = new Panel({ panel: "details", by: ["details-switch"], cross: "details-close", first: "details-title" });
  /** Of which connection the shown code is. */
  #of = "";

  /** @param {Desk} desk */
  constructor(desk) {
    this.#desk = desk;
  }

  render() {
    const { peer, screen } = this.#desk.session;
    if (screen !== "call") this.#panel.close();
    const found = peer.fingerprints;
    show(byId("security-code"), found !== null);
    show(byId("security-none"), found === null);
    show(byId("route"), peer.relayed !== null);
    say(byId("route"), this.#desk.words(peer.relayed ? "page.relayed" : "page.direct"));
    if (found && this.#panel.isOpen) this.#write(found);
  }

  /** @param {{mine: string, theirs: string}} found */
  async #write({ mine, theirs }) {
    const of = `${mine} ${theirs}`;
    if (of === this.#of) return;
    this.#of = of;
    say(byId("security-words"), "\u2026"); // not those of the connection before
    const code = await securityCode(mine, theirs);
    if (of === this.#of) say(byId("security-words"), code);
  }
}
