/** The chat of the call as it came: lines in order, each once, and how many nobody has looked at. Pure. */

/** A link as people type it; what ends a sentence is not part of it. */
const LINK = /\bhttps?:\/\/[^\s<>"]+[^\s<>"'.,;:!?)\]}]/gi;

/** @typedef {{id: number, by: number, text: string, at: number}} Line */

export class Chat {
  /** @type {Line[]} */
  lines = [];
  unread = 0;

  /** What was there is gone; the server says again what is left. */
  begin() {
    this.lines = [];
    this.unread = 0;
  }

  /** @param {Line} line @param {{mine: boolean, seen: boolean}} how @returns {boolean} whether it is news */
  add(line, { mine, seen }) {
    const at = this.lines.findIndex(({ id }) => id >= line.id);
    if (at >= 0 && this.lines[at].id === line.id) return false;
    this.lines.splice(at < 0 ? this.lines.length : at, 0, line);
    if (!mine && !seen) this.unread += 1;
    return true;
  }

  read() {
    this.unread = 0;
  }
}

/**
 * A line in pieces: plain words, and addresses of pages. Nothing else becomes a link.
 * @param {string} text @returns {{text: string, href: string | null}[]}
 */
export function pieces(text) {
  /** @type {{text: string, href: string | null}[]} */
  const found = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    if (match.index > end) found.push({ text: text.slice(end, match.index), href: null });
    found.push({ text: match[0], href: URL.canParse(match[0]) ? match[0] : null });
    end = match.index + match[0].length;
  }
  if (end < text.length) found.push({ text: text.slice(end), href: null });
  return found;
}
