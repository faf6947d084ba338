/**
 * Files from browser to browser, over a data channel: in blocks that are checked by their SHA-256 as they come, so that a
 * transfer that was cut goes on with the first block that is missing. The server sees nothing of them.
 */

export const LARGEST = 100 * 2 ** 20; // bytes
export const BLOCK = 2 ** 20;
/** What every browser takes as one message. */
const PIECE = 16 * 2 ** 10;
/** More than that waiting to be sent, and the next piece waits too. */
const FULL = 2 ** 20;
/** Of files that nobody has answered yet, from one person. */
const OFFERS_MAX = 5;
/** In one call, from one person. */
const TRANSFERS_MAX = 50;
const NAME_MAX = 200;
/** The same block wrong so often is no accident. */
const TRIES = 3;

/**
 * @typedef {"offered" | "going" | "waiting" | "done" | "refused" | "stopped" | "broken"} TransferState
 *   waiting: the connection is gone, and it goes on when it is back
 *
 * @typedef {object} Transfer
 * @property {string} id
 * @property {"out" | "in"} way
 * @property {string} name
 * @property {number} size  bytes
 * @property {number} done  bytes that have arrived, as far as this side knows
 * @property {TransferState} state
 * @property {Blob | null} blob  what came, once all of it has
 *
 * @typedef {Pick<RTCDataChannel, "readyState" | "bufferedAmount" | "send" | "addEventListener" | "removeEventListener">} Channel
 *
 * @typedef {{index: number, length: number, sha256: string, parts: Uint8Array[], got: number}} Block
 * @typedef {Transfer & {file?: File, blocks: Blob[], tries: number}} Kept
 * @typedef {{of: Kept, from: number}} Turn  from: index of a block
 */

export class Files {
  #change;
  /** @type {Channel | null} */
  #channel = null;
  /** The block that comes in now, and of which transfer. @type {{of: Kept, block: Block} | null} */
  #coming = null;
  /** What came is taken one after another: a hash takes its time. */
  #queue = Promise.resolve();
  /** What the other wants, one file after another: the first is being sent. @type {Turn[]} */
  #turns = [];

  /** @type {Kept[]} */
  transfers = [];

  /** @param {{change: () => void}} options */
  constructor({ change }) {
    this.#change = change;
  }

  /** Over this one from now on; what was cut goes on. @param {Channel} channel */
  use(channel) {
    this.#channel = channel;
    this.#coming = null;
    this.#turns = [];
    for (const each of this.transfers) {
      if (each.way === "out" && each.state === "offered") this.#offer(each);
      if (each.way === "in" && ["going", "waiting"].includes(each.state)) this.#want(each);
      if (each.way === "out" && each.state === "going") each.state = "waiting"; // until the other asks for the rest
    }
    this.#change();
  }

  /** The connection is gone. */
  lost() {
    this.#channel = this.#coming = null;
    this.#turns = [];
    for (const each of this.transfers) if (each.state === "going") each.state = "waiting";
    this.#change();
  }

  /** The call is over: nothing goes on, and what was not saved is let go. */
  end() {
    this.lost();
    this.transfers = [];
  }

  /** @param {File} file @returns {boolean} false: empty, or larger than LARGEST */
  offer(file) {
    if (file.size < 1 || file.size > LARGEST) return false;
    /** @type {Kept} */
    const made = {
      id: crypto.randomUUID(), way: "out", name: nameOf(file.name), size: file.size, done: 0, state: "offered", blob: null, file,
      blocks: [], tries: 0,
    };
    this.transfers.push(made);
    this.#offer(made);
    this.#change();
    return true;
  }

  /** @param {string} id */
  accept(id) {
    const found = this.#find(id, "in");
    if (found?.state === "offered") this.#want(found);
    this.#change();
  }

  /** Refused before it began, or stopped on the way, by either. @param {string} id */
  stop(id) {
    const found = this.transfers.find((each) => each.id === id);
    if (!found || isOver(found)) return;
    this.#end(found, found.way === "in" && found.state === "offered" ? "refused" : "stopped");
    this.#say({ type: "stop", id });
    this.#change();
  }

  /** What the channel brought. @param {string | ArrayBuffer} data */
  hear(data) {
    this.#queue = this.#queue.then(() => this.#take(data)).catch((problem) => console.warn("file", problem));
    return this.#queue;
  }

  /** @param {string | ArrayBuffer} data */
  async #take(data) {
    if (typeof data !== "string") {
      await this.#takePiece(new Uint8Array(data));
      return;
    }
    const said = JSON.parse(data);
    if (said.type === "offer") this.#offered(said);
    else if (said.type === "want") this.#wanted(said);
    else if (said.type === "block") this.#begun(said);
    else if (said.type === "have") this.#had(said);
    else if (said.type === "stop") this.#stopped(said);
    this.#change();
  }

  /** @param {{id: unknown, name: unknown, size: unknown}} said */
  #offered({ id, name, size }) {
    const known = this.#find(id, "in");
    if (known || typeof id !== "string" || typeof name !== "string" || !isSize(size)) return;
    const theirs = this.transfers.filter(({ way }) => way === "in");
    const open = theirs.filter(({ state }) => state === "offered");
    if (theirs.length >= TRANSFERS_MAX) return;
    if (open.length >= OFFERS_MAX) {
      this.#say({ type: "stop", id });
      return;
    }
    this.transfers.push({ id, way: "in", name: nameOf(name), size, done: 0, state: "offered", blob: null, blocks: [], tries: 0 });
  }

  /** @param {{id: unknown, from: unknown}} said */
  #wanted({ id, from }) {
    const found = this.#find(id, "out");
    if (!found || isOver(found) || !Number.isSafeInteger(from) || Number(from) < 0 || Number(from) >= countOf(found)) return;
    found.state = "going";
    found.done = Number(from) * BLOCK;
    const turn = { of: found, from: Number(from) };
    const before = this.#turns.findIndex(({ of }) => of === found);
    if (before < 0) this.#turns.push(turn);
    else this.#turns[before] = turn; // a newer wish
    if (this.#isNext(turn)) this.#begin(turn);
  }

  /** @param {Turn} turn */
  #isNext(turn) {
    return this.#turns[0] === turn;
  }

  /** @param {Turn | undefined} turn */
  #begin(turn) {
    if (!turn) return;
    this.#send(turn).catch((problem) => {
      console.warn("file", problem);
      if (!this.#isNext(turn)) return;
      this.#end(turn.of, "broken"); // it can no longer be read here
      this.#say({ type: "stop", id: turn.of.id });
      this.#change();
    });
  }

  /** Sent to its end, or given up: the next one. @param {Kept} of */
  #endTurn(of) {
    const wasNext = this.#turns[0]?.of === of;
    this.#turns = this.#turns.filter((turn) => turn.of !== of);
    if (wasNext) this.#begin(this.#turns[0]);
  }

  /** @param {{id: unknown, index: unknown, length: unknown, sha256: unknown}} said */
  #begun({ id, index, length, sha256 }) {
    const found = this.#find(id, "in");
    this.#coming = null;
    if (!found || found.state !== "going" || index !== found.blocks.length || typeof sha256 !== "string") return;
    if (length !== lengthOf(found, Number(index))) return;
    this.#coming = { of: found, block: { index: Number(index), length, sha256, parts: [], got: 0 } };
  }

  /** @param {Uint8Array} piece */
  async #takePiece(piece) {
    if (!this.#coming) return; // nobody asked for it
    const { of, block } = this.#coming;
    block.parts.push(piece);
    block.got += piece.length;
    of.done = block.index * BLOCK + Math.min(block.got, block.length);
    if (block.got < block.length) return this.#change();
    this.#coming = null;
    const blob = new Blob(/** @type {BlobPart[]} */ (block.parts));
    const right = block.got === block.length && (await hashOf(await blob.arrayBuffer())) === block.sha256;
    if (of.state !== "going") return;
    if (right) this.#keep(of, blob);
    else this.#again(of);
    this.#change();
  }

  /** @param {Kept} of @param {Blob} block */
  #keep(of, block) {
    of.blocks.push(block);
    of.tries = 0;
    of.done = of.blocks.length * BLOCK;
    if (of.blocks.length < countOf(of)) return;
    of.blob = new Blob(of.blocks, { type: "application/octet-stream" }); // saved, never shown: it is a stranger's
    this.#end(of, "done");
    this.#say({ type: "have", id: of.id });
  }

  /** @param {Kept} of */
  #again(of) {
    of.tries += 1;
    if (of.tries < TRIES) return this.#want(of);
    this.#end(of, "broken");
    this.#say({ type: "stop", id: of.id });
  }

  /** @param {{id: unknown}} said */
  #had({ id }) {
    const found = this.#find(id, "out");
    if (found && !isOver(found)) this.#end(found, "done");
  }

  /** @param {{id: unknown}} said */
  #stopped({ id }) {
    const found = this.transfers.find((each) => each.id === id);
    if (found && !isOver(found)) this.#end(found, found.way === "out" && found.state === "offered" ? "refused" : "stopped");
  }

  /** @param {Kept} of @param {TransferState} state */
  #end(of, state) {
    of.state = state;
    if (state === "done") of.done = of.size;
    of.blocks = [];
    of.file = undefined;
    if (this.#coming?.of === of) this.#coming = null;
    this.#endTurn(of);
  }

  /** @param {Turn} turn */
  async #send(turn) {
    const { of, from } = turn;
    for (let index = from; index < countOf(of); index += 1) {
      const { file } = of;
      if (!this.#isNext(turn) || !file) return;
      const bytes = await file.slice(index * BLOCK, index * BLOCK + lengthOf(of, index)).arrayBuffer();
      const sha256 = await hashOf(bytes);
      if (!this.#isNext(turn)) return;
      this.#say({ type: "block", id: of.id, index, length: bytes.byteLength, sha256 });
      for (let at = 0; at < bytes.byteLength; at += PIECE) {
        const channel = await this.#room();
        if (!this.#isNext(turn) || !channel) return;
        channel.send(bytes.slice(at, at + PIECE));
      }
      of.done = Math.min(of.size, (index + 1) * BLOCK);
      this.#change();
    }
    this.#endTurn(of);
  }

  /** Once the channel has room for more. @returns {Promise<Channel | null>} null: it is gone */
  async #room() {
    const channel = this.#channel;
    if (!channel || channel.readyState !== "open") return null;
    if (channel.bufferedAmount > FULL) {
      await new Promise((resolve) => {
        for (const event of ["bufferedamountlow", "close"]) channel.addEventListener(event, resolve, { once: true });
      });
    }
    return channel === this.#channel && channel.readyState === "open" ? channel : null;
  }

  /** @param {Kept} of */
  #offer({ id, name, size }) {
    this.#say({ type: "offer", id, name, size });
  }

  /** @param {Kept} of */
  #want(of) {
    of.state = this.#say({ type: "want", id: of.id, from: of.blocks.length }) ? "going" : "waiting";
  }

  /** @param {object} said @returns {boolean} */
  #say(said) {
    if (this.#channel?.readyState !== "open") return false;
    this.#channel.send(JSON.stringify(said));
    return true;
  }

  /** @param {unknown} id @param {"in" | "out"} way */
  #find(id, way) {
    return this.transfers.find((each) => each.id === id && each.way === way);
  }
}

/** @param {Transfer} transfer */
export function isOver({ state }) {
  return ["done", "refused", "stopped", "broken"].includes(state);
}

/** A name and no path, whatever the other side calls it. @param {string} name */
export function nameOf(name) {
  const plain = name.replace(/[\u0000-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "").split(/[\\/]/).at(-1) ?? "";
  return plain.trim().replace(/^\.+/, "").slice(-NAME_MAX) || "file";
}

/** @param {unknown} size @returns {size is number} */
function isSize(size) {
  return Number.isSafeInteger(size) && Number(size) >= 1 && Number(size) <= LARGEST;
}

/** @param {Transfer} transfer */
function countOf({ size }) {
  return Math.ceil(size / BLOCK);
}

/** @param {Transfer} transfer @param {number} index */
function lengthOf({ size }, index) {
  return Math.min(BLOCK, size - index * BLOCK);
}

/** @param {ArrayBuffer} bytes */
async function hashOf(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
