/** Under the search field, while somebody types: whole questions, and experts of that name. A combobox as ARIA describes it. */

import { byId } from "./dom.js";

/** @typedef {{texts: string[], experts: {name: string, headline: string, url: string}[]}} Suggested */

const WAIT_MS = 150;
const LETTERS_MIN = 2;

export class Suggestions {
  #field;
  #list;
  #address;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #asked = 0;
  #at = -1;

  /** @param {HTMLInputElement} field @param {HTMLElement} list @param {string} address */
  constructor(field, list, address) {
    this.#field = field;
    this.#list = list;
    this.#address = address;
    for (const [name, value] of Object.entries({
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-controls": list.id,
      "aria-expanded": "false",
    })) {
      field.setAttribute(name, value);
    }
    field.addEventListener("input", () => this.#soon());
    field.addEventListener("keydown", (event) => this.#pressed(event));
    field.addEventListener("blur", () => this.#close());
    field.form?.addEventListener("submit", () => this.#close());
    list.addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
    list.addEventListener("click", (event) => {
      const option = event.target instanceof Element ? event.target.closest("[role=option]") : null;
      if (option instanceof HTMLElement) this.#take(option);
    });
  }

  get #options() {
    return /** @type {HTMLElement[]} */ ([...this.#list.querySelectorAll("[role=option]")]);
  }

  #soon() {
    clearTimeout(this.#timer);
    this.#asked += 1;
    if (this.#field.value.trim().length < LETTERS_MIN) this.#close();
    else this.#timer = setTimeout(() => this.#ask(this.#asked), WAIT_MS);
  }

  /** @param {number} asked */
  async #ask(asked) {
    try {
      const answer = await fetch(`${this.#address}?${new URLSearchParams({ q: this.#field.value })}`);
      if (answer.ok && asked === this.#asked && document.activeElement === this.#field) this.#show(await answer.json());
    } catch {
      this.#close(); // the search itself will say that there is no connection
    }
  }

  /** @param {Suggested} suggested */
  #show({ texts, experts }) {
    const options = [
      ...texts.map((text) => this.#option({ text }, text)),
      ...experts.map(({ name, headline, url }) => this.#option({ url }, name, headline)),
    ];
    options.forEach((option, at) => (option.id = `suggestion-${at}`));
    this.#list.replaceChildren(...options);
    this.#at = -1;
    this.#field.removeAttribute("aria-activedescendant");
    this.#list.hidden = options.length === 0;
    this.#field.setAttribute("aria-expanded", String(options.length > 0));
  }

  /** @param {{text?: string, url?: string}} leadsTo @param {string} words @param {string} [more] */
  #option(leadsTo, words, more) {
    const option = document.createElement("li");
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    Object.assign(option.dataset, leadsTo);
    option.append(words);
    if (more) {
      const soft = document.createElement("span");
      soft.className = "soft";
      soft.textContent = more;
      option.append(" ", soft);
    }
    return option;
  }

  #close() {
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.#show({ texts: [], experts: [] });
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const options = this.#options;
    if (event.key === "Escape" && options.length) {
      event.preventDefault(); // the first one closes the list, and leaves what was typed
      this.#close();
    } else if (event.key === "Enter" && options[this.#at]) {
      event.preventDefault();
      this.#take(options[this.#at]);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && options.length) {
      event.preventDefault();
      const by = event.key === "ArrowDown" ? 1 : -1;
      this.#go((this.#at + by + options.length + 1) % (options.length + 1));
    }
  }

  /** Beyond the last stands the field itself. @param {number} at */
  #go(at) {
    const options = this.#options;
    this.#at = at < options.length ? at : -1;
    options.forEach((option, each) => option.setAttribute("aria-selected", String(each === this.#at)));
    if (this.#at < 0) this.#field.removeAttribute("aria-activedescendant");
    else {
      this.#field.setAttribute("aria-activedescendant", options[this.#at].id);
      options[this.#at].scrollIntoView({ block: "nearest" });
    }
  }

  /** @param {HTMLElement} option */
  #take(option) {
    const { text, url } = option.dataset;
    this.#close();
    if (url) {
      location.assign(url);
      return;
    }
    this.#field.value = text ?? "";
    this.#field.form?.requestSubmit();
  }
}

/** Where the page has a search field. */
export function suggest() {
  const field = byId("q", HTMLInputElement), list = byId("suggestions");
  if (field && list?.dataset.address) new Suggestions(field, list, list.dataset.address);
}
