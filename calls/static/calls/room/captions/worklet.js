/** Runs beside the page, where sound is made: gives the page each piece that is full. */

import { Pieces } from "./pieces.js";

// The worklet's own world, which the checker's library does not know.
const { AudioWorkletProcessor, registerProcessor, sampleRate } = /** @type {any} */ (globalThis);

class PiecesProcessor extends AudioWorkletProcessor {
  #pieces = new Pieces(sampleRate);

  /** @param {Float32Array[][]} inputs */
  process(inputs) {
    const sound = inputs[0]?.[0];
    if (sound) for (const piece of this.#pieces.add(sound)) this.port.postMessage(piece, [piece.buffer]);
    return true;
  }
}

registerProcessor("pieces", PiecesProcessor);
