/** As much of a document as a card or a dialog asks for, made up. */

export class FakeElement {
  scrollIntoView() {}

  hidden = true;
  textContent = "";
  disabled = false;
  open = false;
  children = [];
  #listeners = {};

  addEventListener(type, action) {
    this.#listeners[type] = action;
  }

  press() {
    if (!this.disabled) this.#listeners.click();
  }

  replaceChildren(...children) {
    this.children = children;
  }

  contains() {
    return false;
  }

  setAttribute() {}

  toggleAttribute() {}

  showModal() {
    this.open = true;
  }

  close() {
    this.open = false;
  }

  focus() {}
}

export class FakeDialog extends FakeElement {}
export class FakeButton extends FakeElement {}

/** A drop-down list: it can only stand at one of its options. */
export class FakeSelect extends FakeElement {
  #value = "";

  get value() {
    return this.children.some(({ value }) => value === this.#value) ? this.#value : (this.children[0]?.value ?? "");
  }

  set value(wanted) {
    this.#value = wanted;
  }
}

/** JSON that a page hands over. */
export class FakeScript extends FakeElement {
  constructor(what) {
    super();
    this.text = JSON.stringify(what);
  }
}

class FakeOption {
  constructor(text, value) {
    Object.assign(this, { text, value });
  }
}

/**
 * The document of a test: the elements it names, and any other that is asked for.
 * @returns {Record<string, FakeElement>} by id, as they come to be
 */
export function fakeDocument(elements, more = {}) {
  const document = {
    getElementById: (id) => (elements[id] ??= new FakeElement()),
    createElement: () => new FakeElement(),
    activeElement: null,
    ...more,
  };
  Object.assign(globalThis, {
    document, HTMLElement: FakeElement, HTMLSelectElement: FakeSelect, HTMLButtonElement: FakeButton, HTMLDialogElement: FakeDialog,
    HTMLScriptElement: FakeScript, Option: FakeOption,
  });
  return elements;
}
