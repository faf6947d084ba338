/**
 * Adding credit inside the call's page, where the platform has Stripe's own form: first the sum, then that form in its
 * place, then back to the consent card. The call goes on beside it: nothing else on the page is locked. A saved card pays in
 * the small window (small_window.js), with one press.
 */

import { byId, onPress, say, show } from "./dom.js";

// The release of Stripe's API that the server is pinned to. Loaded by the first form that needs it, never before.
const STRIPE_JS = "https://js.stripe.com/endive/stripe.js";
const WINDOW = "ringwise-credit";

/**
 * As much of Stripe's library as is used here.
 * @typedef {{mount(place: HTMLElement): void, destroy(): void}} StripeForm
 * @typedef {{fetchClientSecret(): Promise<string>, onComplete(): void}} StripeFormHow
 * @typedef {(key: string) => {createEmbeddedCheckoutPage(how: StripeFormHow): Promise<StripeForm>}} StripeLibrary
 */

export class CreditForm {
  #key;
  #address;
  #words;
  #onReturn;
  #load;
  #sheet = byId("credit-form");
  #body = byId("credit-form-body");
  /** @type {StripeForm | null} */
  #form = null;
  #opened = 0;

  /**
   * @param {{key: string, address: string, words: import("./words.js").Words, onReturn: () => void}} how
   * @param {() => Promise<StripeLibrary>} load
   */
  constructor({ key, address, words, onReturn }, load = loadStripe) {
    this.#key = key;
    this.#address = address;
    this.#words = words;
    this.#onReturn = onReturn;
    this.#load = load;
    onPress("credit-form-close", () => this.close());
  }

  /** @param {number} missing  cents, as for the small window @returns {boolean} it always opens */
  open(missing) {
    this.close();
    const turn = ++this.#opened;
    show(this.#sheet, true);
    say(this.#body, this.#words("page.loading"));
    byId("credit-form-title").focus();
    const asked = new URLSearchParams({ return: `${location.pathname}?credit=1`, missing: String(Math.max(0, missing)) });
    void this.#try(turn, async () => {
      const answer = await fetch(`${this.#address}?${asked}`);
      if (!answer.ok) throw new Error(String(answer.status));
      const html = await answer.text();
      if (turn === this.#opened) this.#ask(turn, html);
    });
    return true;
  }

  close() {
    this.#opened += 1;
    this.#form?.destroy();
    this.#form = null;
    this.#body.replaceChildren();
    show(this.#sheet, false);
  }

  /** The form of the sum, as the server wrote it. @param {number} turn @param {string} html */
  #ask(turn, html) {
    this.#body.innerHTML = html;
    const form = this.#body.querySelector("form");
    form?.addEventListener("submit", (event) => this.#send(turn, form, event));
  }

  /** @param {number} turn @param {HTMLFormElement} form @param {Event} event */
  #send(turn, form, event) {
    const typed = new FormData(form);
    if (typed.get("card")) {
      window.open("", WINDOW, "popup,width=520,height=760");
      form.target = WINDOW; // the browser sends it there by itself, after which the form may go
      setTimeout(() => this.close());
      return;
    }
    event.preventDefault();
    for (const button of form.querySelectorAll("button")) button.disabled = true;
    void this.#try(turn, async () => {
      const answer = await fetch(this.#address, { method: "POST", body: typed });
      const isOpened = answer.headers.get("Content-Type")?.startsWith("application/json");
      if (!isOpened && answer.status !== 422) throw new Error(String(answer.status));
      if (turn !== this.#opened) return;
      if (isOpened) await this.#mount(turn, await answer.json());
      else this.#ask(turn, await answer.text());
    });
  }

  /** @param {number} turn @param {{client_secret: string, done: string}} opened */
  async #mount(turn, { client_secret, done }) {
    say(this.#body, this.#words("page.loading"));
    const stripe = (await this.#load())(this.#key);
    const form = await stripe.createEmbeddedCheckoutPage({
      fetchClientSecret: async () => client_secret,
      onComplete: () => void this.#paid(done),
    });
    if (turn !== this.#opened) return form.destroy(); // closed meanwhile
    this.#form = form;
    this.#body.replaceChildren();
    form.mount(this.#body);
  }

  /** The server asks Stripe at once, so that the credit is there when the card is looked at. @param {string} done */
  async #paid(done) {
    await fetch(done).catch(() => null); // Stripe tells the server too
    this.close();
    this.#onReturn();
  }

  /** What fails is said in the sheet, in words. @param {number} turn @param {() => Promise<void>} step */
  async #try(turn, step) {
    try {
      await step();
    } catch {
      if (turn === this.#opened) say(this.#body, this.#words("offer.form_failed"));
    }
  }
}

/** @returns {Promise<StripeLibrary>} */
function loadStripe() {
  return new Promise((resolve, reject) => {
    const loaded = /** @type {{Stripe?: StripeLibrary}} */ (/** @type {unknown} */ (window));
    if (loaded.Stripe) return resolve(loaded.Stripe);
    const script = document.createElement("script");
    script.src = STRIPE_JS;
    script.onload = () => (loaded.Stripe ? resolve(loaded.Stripe) : reject(new Error("no library")));
    script.onerror = () => {
      script.remove();
      reject(new Error("not loaded"));
    };
    document.head.append(script);
  });
}
