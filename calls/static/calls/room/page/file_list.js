/** Files on their way between the two, in the panel of the chat: what is offered, how far it is, what came. */

import { isOver } from "../files.js";
import { byId, onPress, show } from "./dom.js";

/** @import { Transfer } from "../files.js" */
/** @import { Desk } from "./desk.js" */

export class FileList {
  #desk;
  #list = byId("chat-files");
  #input = byId("file", HTMLInputElement);
  #drawn = "";
  /** @type {Map<string, string>} addresses of what came, by transfer */
  #addresses = new Map();
  /** @type {Set<string>} */
  #told = new Set();

  /** @param {Desk} desk */
  constructor(desk) {
    this.#desk = desk;
    onPress("file-choose", () => this.#input.click());
    this.#input.addEventListener("change", () => this.#offer());
  }

  /** Offered, and not answered yet. */
  get waiting() {
    return this.#desk.session.files.transfers.filter(({ way, state }) => way === "in" && state === "offered").length;
  }

  render() {
    const { transfers } = this.#desk.session.files;
    show(this.#list, transfers.length > 0);
    const drawn = JSON.stringify(transfers.map(({ id, state, done }) => [id, state, done]));
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    for (const each of transfers) this.#tell(each);
    this.#forget(transfers);
    const focused = this.#list.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).dataset.what : "";
    this.#list.replaceChildren(...transfers.map((each) => this.#element(each)));
    const again = [...this.#list.querySelectorAll("button")].find((button) => button.dataset.what === focused);
    if (focused) (again ?? byId("chat-text")).focus();
  }

  #offer() {
    const { session, voice, words } = this.#desk;
    for (const file of this.#input.files ?? []) {
      if (!session.files.offer(file)) voice.notice(words("file.size", { file: file.name }), "error");
    }
    this.#input.value = "";
  }

  /** What is news, once. @param {Transfer} transfer */
  #tell(transfer) {
    const { voice, words } = this.#desk;
    const key = `${transfer.id} ${transfer.state}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    if (transfer.way === "in" && transfer.state === "offered") voice.announce(words("file.offered_in", { file: transfer.name }));
    else if (isOver(transfer)) voice.announce(`${transfer.name}: ${words(`file.${transfer.state}`)}`);
    if (!transfer.blob) return;
    this.#addresses.set(transfer.id, URL.createObjectURL(transfer.blob));
    this.#saving(transfer).click(); // it was asked for, by *Receive*
  }

  /** @param {Transfer[]} transfers */
  #forget(transfers) {
    for (const [id, address] of this.#addresses) {
      if (transfers.some((each) => each.id === id)) continue;
      URL.revokeObjectURL(address);
      this.#addresses.delete(id);
    }
  }

  /** Saved and never opened here: it is a stranger's. @param {Transfer} transfer */
  #saving({ id, name }) {
    const link = document.createElement("a");
    Object.assign(link, { href: this.#addresses.get(id) ?? "", download: name, textContent: this.#desk.words("file.save") });
    return link;
  }

  /** @param {Transfer} transfer */
  #element(transfer) {
    const { words, session } = this.#desk;
    const { id, way, name, size, done, state } = transfer;
    const element = document.createElement("li");
    element.className = "chat-file";
    const title = document.createElement("p");
    title.className = "chat-file-name";
    title.textContent = `${name} (${sizeText(size)})`;
    const told = document.createElement("p");
    told.className = "soft small";
    told.textContent = words(state === "offered" ? `file.offered_${way}` : `file.${state}`, { file: name });
    element.append(title, told);
    if (state === "going" || state === "waiting") {
      const bar = document.createElement("progress");
      Object.assign(bar, { max: size, value: done });
      bar.setAttribute("aria-label", name);
      element.append(bar);
    }
    const acts = document.createElement("p");
    acts.className = "button-row";
    if (way === "in" && state === "offered") acts.append(this.#button(`receive ${id}`, "file.receive", () => session.files.accept(id)));
    if (!isOver(transfer)) {
      const word = way === "in" && state === "offered" ? "file.refuse" : "file.stop";
      acts.append(this.#button(`stop ${id}`, word, () => session.files.stop(id)));
    }
    if (this.#addresses.has(id)) acts.append(this.#saving(transfer));
    if (acts.childElementCount) element.append(acts);
    return element;
  }

  /** @param {string} what @param {string} key @param {() => void} action */
  #button(what, key, action) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "button-quiet", textContent: this.#desk.words(key) });
    button.dataset.what = what;
    button.addEventListener("click", action);
    return button;
  }
}

/** @param {number} bytes */
function sizeText(bytes) {
  const language = document.documentElement.lang || "en";
  const [unit, by] = bytes < 1e6 ? ["kilobyte", 1e3] : ["megabyte", 1e6];
  const how = /** @type {Intl.NumberFormatOptions} */ ({ style: "unit", unit, maximumFractionDigits: bytes < 1e6 ? 0 : 1 });
  return new Intl.NumberFormat(language, how).format(Math.max(bytes, 1e3) / Number(by));
}
