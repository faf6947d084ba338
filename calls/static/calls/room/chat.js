/** The chat of the call as it came: lines in order, each once, and how many nobody has looked at. Pure. */

/** A link as people type it; what ends a sentence is not part of it. */
const LINK = /\bhttps?:\/\/[^\s<>"]+[^\s<>"'.,;:!?)\]}]/gi;

/** @typedef {{id: number, by: number, text: string, at: number}} Line */

export class Chat {
  /** @type {Line[]} */
  lines = [];
  unread = 0;

  /** How many lines still come of those that take the place of what is here. */
  #coming = 0;
  /** @type {Line[]} */
  #next = [];

  /** What was there is gone once all that is left has come. @param {number} number  of lines that follow */
  begin(number) {
    this.#coming = number;
    this.#next = [];
    if (number === 0) this.#take();
  }

  #take() {
    this.lines = this.#next;
    this.#next = [];
    if (this.lines.length === 0) this.unread = 0;
  }

  /** @param {Line} line @param {{mine: boolean, seen: boolean}} how @returns {boolean} whether it is news */
  add(line, { mine, seen }) {
    const known = this.lines.some(({ id }) => id === line.id);
    if (this.#coming > 0) {
      this.#next.push(line);
      this.#coming -= 1;
      if (this.#coming === 0) this.#take();
    } else if (!known) this.#insert(line);
    if (known) return false;
    if (!mine && !seen) this.unread += 1;
    return true;
  }

  /** @param {Line} line */
  #insert(line) {
    const at = this.lines.findIndex(({ id }) => id >= line.id);
    this.lines.splice(at < 0 ? this.lines.length : at, 0, line);
  }

  read() {
    this.unread = 0;
  }
}

/** What was sent and has not come back as a line: whoever writes goes on, and what the server did not take comes back to them. */
export class OnItsWay {
  /** @type {string[]} */
  #texts = [];
  /** @type {string[]} given back, and it may arrive after all */
  #late = [];

  /** @param {string} text */
  sent(text) {
    this.#texts.push(text);
  }

  /** One's own line is there. @param {string} text @returns {boolean} whether it had been given back already */
  arrived(text) {
    return !take(this.#texts, text) && take(this.#late, text);
  }

  /** The oldest was refused. @returns {string} it, or nothing */
  refused() {
    return this.#texts.shift() ?? "";
  }

  /** It seems to be lost. @param {string} text @returns {string} it, unless it has arrived */
  lost(text) {
    if (!take(this.#texts, text)) return "";
    this.#late.push(text);
    return text;
  }
}

/** @param {string[]} texts @param {string} text @returns {boolean} whether it was among them */
function take(texts, text) {
  const at = texts.indexOf(text);
  if (at >= 0) texts.splice(at, 1);
  return at >= 0;
}

/** Letters that turn the words after them round, or cannot be seen: an address could look like another. */
const HIDDEN = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * A line in pieces: plain words, and addresses of pages. Nothing else becomes a link.
 * @param {string} text @returns {{text: string, href: string | null}[]}
 */
export function pieces(text) {
  /** @type {{text: string, href: string | null}[]} */
  const found = [];
  let end = 0;
  text = text.replace(HIDDEN, "");
  for (const match of text.matchAll(LINK)) {
    if (match.index > end) found.push({ text: text.slice(end, match.index), href: null });
    found.push({ text: match[0], href: URL.canParse(match[0]) ? new URL(match[0]).href : null });
    end = match.index + match[0].length;
  }
  if (end < text.length) found.push({ text: text.slice(end), href: null });
  return found;
}
