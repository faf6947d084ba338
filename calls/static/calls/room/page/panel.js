/** What opens over the page: by its buttons, closed by its cross, by Escape and by its owner. The focus goes in and comes back. */

import { byId, show } from "./dom.js";

/**
 * @typedef {object} Parts  ids of the page's elements, and who else must know
 * @property {string} panel
 * @property {string[]} [by]  the buttons that open it and close it again; without one the focus comes back to *More*
 * @property {string} [cross]
 * @property {string} [first]  gets the focus when it opens
 * @property {(unasked: boolean) => void} [opened]
 * @property {() => void} [closed]
 */

export class Panel {
  #parts;
  #panel;
  #buttons;
  isOpen = false;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#panel = byId(parts.panel);
    this.#buttons = (parts.by ?? []).map((id) => byId(id));
    for (const button of this.#buttons) button.addEventListener("click", () => (this.isOpen ? this.close() : this.open()));
    if (parts.cross) byId(parts.cross).addEventListener("click", () => this.close());
    this.#panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
  }

  /** Opened unasked it takes the focus from nobody. @param {{unasked?: boolean}} [how] */
  open({ unasked = false } = {}) {
    if (this.isOpen) return;
    this.#set(true);
    this.#parts.opened?.(unasked);
    if (this.#parts.first && !unasked) byId(this.#parts.first).focus();
  }

  close() {
    if (!this.isOpen) return;
    const hadFocus = this.#panel.contains(document.activeElement);
    this.#set(false);
    if (hadFocus) (this.#buttons.find((button) => button.checkVisibility()) ?? byId("more-switch")).focus();
    this.#parts.closed?.();
  }

  /** @param {boolean} open */
  #set(open) {
    this.isOpen = open;
    for (const button of this.#buttons) button.setAttribute("aria-expanded", String(open));
    show(this.#panel, open);
  }
}
