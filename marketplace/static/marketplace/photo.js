/** The page that asks for a photo: which square of it is kept. Without this file the server cuts out the middle. */

import { byId } from "./page/dom.js";
import { Square } from "./square.js";

const STEPS = 100; // of a slider

/** @param {string} name */
const slider = (name) => /** @type {HTMLInputElement} */ (byId(`photo-${name}`, HTMLInputElement));

class Cutting {
  /** @type {ImageBitmap | null} */
  #photo = null;
  #square = new Square(1, 1);
  #chosen = 0;
  #held = { clientX: 0, clientY: 0 };

  /** @param {HTMLInputElement} file @param {HTMLInputElement} field */
  constructor(file, field) {
    this.field = field;
    this.panel = /** @type {HTMLElement} */ (byId("photo-square"));
    this.canvas = /** @type {HTMLCanvasElement} */ (byId("photo-cut", HTMLCanvasElement));
    this.closer = slider("closer");
    this.across = slider("across");
    this.down = slider("down");
    this.closer.addEventListener("input", () => this.#change((square) => square.come(this.closer.valueAsNumber / STEPS)));
    this.across.addEventListener("input", () => this.#change((square) => (square.across = this.across.valueAsNumber / STEPS)));
    this.down.addEventListener("input", () => this.#change((square) => (square.down = this.down.valueAsNumber / STEPS)));
    this.canvas.addEventListener("pointerdown", (event) => this.#take(event));
    this.canvas.addEventListener("pointermove", (event) => this.#drag(event));
    file.addEventListener("change", () => this.#choose(file.files?.[0]));
    this.#choose(file.files?.[0]); // chosen before this file came, or kept by the browser
  }

  /** What is no photo here is left to the server, which says why. @param {File | undefined} file */
  async #choose(file) {
    const chosen = ++this.#chosen;
    this.#photo?.close();
    this.#photo = null;
    this.panel.hidden = true;
    this.field.value = "";
    const photo = file ? await createImageBitmap(file).catch(() => null) : null;
    if (chosen !== this.#chosen) {
      photo?.close(); // another one was chosen meanwhile
      return;
    }
    if (!photo) return;
    this.#photo = photo;
    this.#square = new Square(photo.width, photo.height);
    this.panel.hidden = false;
    this.#change(() => {});
  }

  /** @param {PointerEvent} event */
  #take({ pointerId, clientX, clientY }) {
    this.canvas.setPointerCapture(pointerId);
    this.#held = { clientX, clientY };
  }

  /** @param {PointerEvent} event */
  #drag({ pointerId, clientX, clientY }) {
    if (!this.canvas.hasPointerCapture(pointerId)) return;
    const pixels = this.#square.side / this.canvas.clientWidth; // of the photo, under one of the page
    const [right, below] = [(clientX - this.#held.clientX) * pixels, (clientY - this.#held.clientY) * pixels];
    this.#held = { clientX, clientY };
    this.#change((square) => square.moveTo(square.left - right, square.top - below));
  }

  /** @param {(square: Square) => void} how */
  #change(how) {
    const [square, photo] = [this.#square, this.#photo];
    if (!photo) return;
    how(square);
    this.field.value = String(square);
    this.closer.value = String(square.closer * STEPS);
    this.across.value = String(square.across * STEPS);
    this.down.value = String(square.down * STEPS);
    this.closer.disabled = !square.canCome;
    this.across.disabled = square.side >= photo.width;
    this.down.disabled = square.side >= photo.height;
    const { width, height } = this.canvas;
    const paper = this.canvas.getContext("2d");
    if (!paper) return;
    paper.fillStyle = "white"; // as the server does below what can be seen through
    paper.fillRect(0, 0, width, height);
    paper.drawImage(photo, square.left, square.top, square.side, square.side, 0, 0, width, height);
  }
}

const [file, field] = [byId("id_photo", HTMLInputElement), byId("id_square", HTMLInputElement)];
if (file && field) {
  new Cutting(file, field);
}
