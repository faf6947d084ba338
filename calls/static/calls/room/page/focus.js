/** Whoever works with the keyboard keeps their place when the button that they pressed goes: the part drawn last. */

import { byId } from "./dom.js";

export class Focus {
  /** What had focus last. @type {Element | null} */
  #last = null;

  constructor() {
    document.addEventListener("focusin", ({ target }) => {
      this.#last = target instanceof Element ? target : null;
    });
  }

  /** To the words that stand over the picture while the meter stands still: their buttons come next. Else to the page. */
  render() {
    const now = document.activeElement;
    if (!this.#last || this.#last.checkVisibility({ visibilityProperty: true }) || (now !== document.body && now !== this.#last)) return;
    (byId("veil").hidden ? byId("main") : byId("veil-title")).focus();
  }
}
