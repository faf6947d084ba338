/** What the two write to each other. Plain text; an address becomes a link that tells nobody where it was followed from. */

import { OnItsWay, pieces } from "../chat.js";
import { byId, onPress, say, show } from "./dom.js";
import { FileList } from "./file_list.js";
import { Panel } from "./panel.js";

/** @import { Line } from "../chat.js" */
/** @import { Desk } from "./desk.js" */

/** The newest line that was looked at in this tab: after a reload it is no news. */
const KEPT = "ringwise.chat_read";

const TELL_MS = 5000;
const TELL_LETTERS = 300;
const LOST_MS = 5000;

export class ChatPanel {
  #desk;
  #panel = new Panel({ panel: "chat", by: ["chat-switch"], cross: "chat-close", first: "chat-text" });
  #toggle = byId("chat-switch");
  #field = byId("chat-text", HTMLTextAreaElement);
  #list = byId("chat-lines");
  #drawn = "";
  #files;
  #onItsWay = new OnItsWay();
  /** The newest line that was told. */
  #told = 0;
  #tellAgainAt = 0;
  #untold = 0;
  #readUpTo = Number(sessionStorage.getItem(KEPT) ?? 0);

  /** @param {Desk} desk */
  constructor(desk) {
    this.#desk = desk;
    this.#files = new FileList(desk);
    onPress("chat-erase", () => {
      show(byId("chat-sure"), true);
      byId("chat-sure").scrollIntoView({ block: "nearest" }); // it is the last of a talk that may be long
    });
    onPress("chat-keep", () => show(byId("chat-sure"), false));
    onPress("chat-erase-now", () => {
      show(byId("chat-sure"), false);
      desk.act("chat.erase", {});
      this.#field.focus();
    });
    byId("chat-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#send();
    });
  }

  /** Whoever has the panel before them has read it. */
  get isSeen() {
    return this.#panel.isOpen && !document.hidden;
  }

  /** @param {Line} line */
  came(line) {
    const { session } = this.#desk;
    const mine = line.by === session.state?.you.id;
    const seen = this.isSeen || line.id <= this.#readUpTo;
    if (!session.chat.add(line, { mine, seen })) return;
    if (mine && this.#onItsWay.arrived(line.text) && this.#field.value.trim() === line.text) this.#field.value = "";
    if (mine || line.id <= Math.max(this.#told, this.#readUpTo)) return;
    this.#told = line.id;
    this.#tell(line.text);
  }

  /** Not each of many: words about money wait in the same row. @param {string} text */
  #tell(text) {
    const { voice, words } = this.#desk;
    this.#untold += 1;
    if (performance.now() < this.#tellAgainAt) return;
    this.#tellAgainAt = performance.now() + TELL_MS;
    const one = words("page.chat_from", { text: text.slice(0, TELL_LETTERS) });
    voice.announce(this.#untold === 1 ? one : words("page.chat_unread", { number: this.#untold }));
    this.#untold = 0;
    if (!this.isSeen) this.#desk.sound("joined");
  }

  /** The server did not take it. */
  refused() {
    this.#giveBack(this.#onItsWay.refused());
  }

  /** Before what was typed since. @param {string} text */
  #giveBack(text) {
    if (text) this.#field.value = [text, this.#field.value].filter(Boolean).join("\n");
  }

  render() {
    const { session, words } = this.#desk;
    const live = session.screen === "call" && session.state?.call?.state === "live";
    show(this.#toggle, live);
    if (!live) this.#panel.close();
    if (this.isSeen) this.#read();
    this.#files.render();
    const { lines } = session.chat;
    const unread = session.chat.unread + (this.isSeen ? 0 : this.#files.waiting);
    show(byId("chat-unread"), unread > 0);
    say(byId("chat-unread"), String(unread));
    this.#toggle.setAttribute("aria-label", unread ? words("page.chat_unread", { number: unread }) : words("page.chat"));
    show(byId("chat-none"), lines.length === 0);
    show(byId("chat-erase"), lines.length > 0);
    if (lines.length === 0) show(byId("chat-sure"), false);
    const drawn = lines.map(({ id }) => id).join();
    if (!this.#panel.isOpen || drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#list.replaceChildren(...lines.map((line) => this.#element(line)));
    this.#list.scrollTop = this.#list.scrollHeight;
  }

  #read() {
    const { chat } = this.#desk.session;
    const newest = chat.lines.at(-1)?.id ?? 0;
    chat.read();
    if (newest <= this.#readUpTo) return;
    this.#readUpTo = newest;
    sessionStorage.setItem(KEPT, String(newest));
  }

  /** Without a connection the words stay where they were typed. */
  #send() {
    const text = this.#field.value.trim();
    if (!text || !this.#desk.act("chat", { text })) return;
    this.#field.value = "";
    this.#onItsWay.sent(text);
    setTimeout(() => this.#giveBack(this.#onItsWay.lost(text)), LOST_MS);
  }

  /** @param {Line} line */
  #element({ by, text, at }) {
    const { state } = this.#desk.session;
    const mine = by === state?.you.id;
    const element = document.createElement("li");
    element.className = "chat-line";
    element.dataset.by = mine ? "me" : "other";
    const head = document.createElement("p");
    head.className = "chat-head";
    const name = mine ? this.#desk.words("page.chat_you") : (state?.other.name ?? "");
    head.textContent = `${name}, ${new Date(at).toLocaleTimeString(document.documentElement.lang, { timeStyle: "short" })}`;
    const body = document.createElement("p");
    body.className = "chat-text";
    body.append(...pieces(text).map((piece) => (piece.href ? link(piece.href) : piece.text)));
    element.append(head, body);
    return element;
  }
}

/** @param {string} href */
function link(href) {
  const element = document.createElement("a");
  Object.assign(element, { href, target: "_blank", rel: "noopener noreferrer nofollow", textContent: href });
  return element;
}
