/** One's own picture lies in a corner: drag it, or move it with the arrow keys. It never covers the middle for long. */

const KEYS = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "top", ArrowDown: "bottom" };

/** @param {HTMLElement} element  with data-corner="right-bottom" */
export function createCorner(element) {
  /** @type {{x: number, y: number} | null} */
  let held = null;

  /** @param {string} side */
  function move(side) {
    const [across, down] = (element.dataset.corner ?? "right-bottom").split("-");
    element.dataset.corner = side === "left" || side === "right" ? `${side}-${down}` : `${across}-${side}`;
  }

  element.addEventListener("keydown", (event) => {
    const side = KEYS[/** @type {keyof typeof KEYS} */ (event.key)];
    if (!side) return;
    event.preventDefault();
    move(side);
  });
  element.addEventListener("pointerdown", (event) => {
    held = { x: event.clientX, y: event.clientY };
    element.setPointerCapture(event.pointerId);
  });
  element.addEventListener("pointermove", (event) => {
    if (held) element.style.translate = `${event.clientX - held.x}px ${event.clientY - held.y}px`;
  });
  element.addEventListener("pointerup", (event) => {
    if (!held) return;
    held = null;
    element.style.translate = "";
    const stage = /** @type {HTMLElement} */ (element.offsetParent ?? document.body).getBoundingClientRect();
    move(event.clientX < stage.left + stage.width / 2 ? "left" : "right");
    move(event.clientY < stage.top + stage.height / 2 ? "top" : "bottom");
  });
  element.addEventListener("pointercancel", () => {
    held = null;
    element.style.translate = "";
  });
}
