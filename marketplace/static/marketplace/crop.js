/** Which square of a chosen photo is kept: dragged, or set with sliders. Without this script the server takes the middle. */

import { byId } from "./page/dom.js";

const SIDE_MIN = 160; // pixels of the photo, as the server has it
const CLOSER_MAX = 3;

const field = byId("id_photo", HTMLInputElement);
const box = byId("crop", HTMLFieldSetElement);
const said = byId("crop-said", HTMLInputElement);
const seen = byId("crop-seen", HTMLCanvasElement);
const sliders = ["crop-zoom", "crop-across", "crop-down"].map((id) => byId(id, HTMLInputElement));
const [zoom, across, down] = sliders;

/** @type {ImageBitmap | null} */
let photo = null;
/** Where the pointer was. How far an event says it moved (movementX) is in other pixels in some browsers. */
let held = { x: 0, y: 0 };

if (field && box && said && seen && zoom && across && down) {
  field.addEventListener("change", () => void choose(field.files?.[0]));
  for (const slider of sliders) slider?.addEventListener("input", draw);
  seen.addEventListener("pointerdown", ({ pointerId, clientX, clientY }) => {
    seen.setPointerCapture(pointerId);
    held = { x: clientX, y: clientY };
  });
  seen.addEventListener("pointermove", drag);
  if (field.files?.[0]) void choose(field.files[0]); // the browser kept it over a reload
}

async function choose(/** @type {File | undefined} */ file) {
  if (!box || !said || !zoom || !across || !down) return;
  photo?.close();
  photo = null;
  said.value = "";
  try {
    photo = file ? await createImageBitmap(file) : null; // upright, as its camera was held
  } catch {
    // no photo: the server says so
  }
  const shorter = photo ? Math.min(photo.width, photo.height) : 0;
  box.hidden = shorter < SIDE_MIN;
  if (box.hidden) return;
  zoom.max = String(Math.round(100 * Math.min(CLOSER_MAX, shorter / SIDE_MIN)));
  [zoom.value, across.value, down.value] = ["100", "50", "40"];
  draw();
}

/** Its square, and the room in which that moves, in pixels of the photo. @param {ImageBitmap} photo */
function square(photo) {
  const side = (Math.min(photo.width, photo.height) * 100) / Number(zoom?.value);
  const room = { x: photo.width - side, y: photo.height - side };
  return { side, room, left: (room.x * Number(across?.value)) / 100, top: (room.y * Number(down?.value)) / 100 };
}

function draw() {
  const pen = seen?.getContext("2d");
  if (!photo || !seen || !said || !across || !down || !pen) return;
  const { side, room, left, top } = square(photo);
  across.disabled = room.x < 1;
  down.disabled = room.y < 1;
  pen.fillStyle = "white";
  pen.fillRect(0, 0, seen.width, seen.height);
  pen.drawImage(photo, left, top, side, side, 0, 0, seen.width, seen.height);
  const shares = [left / photo.width, top / photo.height, side / Math.min(photo.width, photo.height)];
  said.value = shares.map((share) => share.toFixed(5)).join(" ");
}

function drag(/** @type {PointerEvent} */ { pointerId, clientX, clientY }) {
  if (!photo || !seen?.hasPointerCapture(pointerId) || !across || !down) return;
  const { side, room } = square(photo);
  const pixels = side / seen.clientWidth;
  const moved = { x: clientX - held.x, y: clientY - held.y };
  held = { x: clientX, y: clientY };
  if (room.x >= 1) across.value = String(Number(across.value) - (100 * moved.x * pixels) / room.x);
  if (room.y >= 1) down.value = String(Number(down.value) - (100 * moved.y * pixels) / room.y);
  draw();
}
