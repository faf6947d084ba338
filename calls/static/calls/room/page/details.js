/** *Call details*: the security code, for two people who want to know that nobody listens in between. */

import { securityCode } from "../security_code.js";
import { byId, onPress, say, show } from "./dom.js";

/** @import { Desk } from "./desk.js" */

export class Details {
  #desk;
  #panel = byId("details");
  #toggle = byId("details-switch");
  #isOpen = false;
  /** Of which connection the shown code is. */
  #of = "";

  /** @param {Desk} desk */
  constructor(desk) {
    this.#desk = desk;
    this.#toggle.addEventListener("click", () => this.#setOpen(!this.#isOpen));
    onPress("details-close", () => this.#setOpen(false));
    this.#panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#setOpen(false);
    });
  }

  render() {
    const { peer, screen } = this.#desk.session;
    if (screen !== "call") this.#setOpen(false);
    const found = peer.fingerprints;
    show(byId("security-code"), found !== null);
    show(byId("security-none"), found === null);
    show(byId("route"), peer.relayed !== null);
    say(byId("route"), this.#desk.words(peer.relayed ? "page.relayed" : "page.direct"));
    if (found && this.#isOpen) this.#write(found);
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

  /** @param {boolean} open */
  #setOpen(open) {
    if (this.#isOpen === open) return;
    this.#isOpen = open;
    const hadFocus = this.#panel.contains(document.activeElement);
    this.#toggle.setAttribute("aria-expanded", String(open));
    show(this.#panel, open);
    if (open) byId("details-title").focus();
    else if (hadFocus) (this.#toggle.checkVisibility() ? this.#toggle : byId("more-switch")).focus();
  }
}
