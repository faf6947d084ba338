/**
 * The square that is cut out of a photo, in the numbers from 0 to 1 that the server takes (experts/photos.py): how far across
 * and down in the room that is left, and the side as a share of the photo's shorter one.
 */

const SIDE_MIN = 160; // pixels: the server takes no smaller square
const MIDDLE = { across: 0.5, down: 0.4 };

export class Square {
  across = MIDDLE.across;
  down = MIDDLE.down;
  /** From 0, all that a square can hold, to 1, as close as the photo allows. */
  closer = 0;

  /** @param {number} width of the photo, in pixels @param {number} height */
  constructor(width, height) {
    this.width = width;
    this.height = height;
  }

  get share() {
    const least = Math.min(1, SIDE_MIN / Math.min(this.width, this.height));
    return 1 - this.closer * (1 - least);
  }

  /** Whether there is anything between the two. */
  get canCome() {
    return Math.min(this.width, this.height) > SIDE_MIN;
  }

  /** In pixels of the photo. */
  get side() {
    return Math.min(this.width, this.height) * this.share;
  }

  get left() {
    return (this.width - this.side) * this.across;
  }

  get top() {
    return (this.height - this.side) * this.down;
  }

  /** Within the photo, whatever is asked. @param {number} left pixels of the photo @param {number} top */
  moveTo(left, top) {
    this.across = part(left, this.width - this.side, this.across);
    this.down = part(top, this.height - this.side, this.down);
  }

  /** What is in its middle stays there as far as the photo reaches. @param {number} closer */
  come(closer) {
    const [x, y] = [this.left + this.side / 2, this.top + this.side / 2];
    this.closer = clamp(closer);
    this.moveTo(x - this.side / 2, y - this.side / 2);
  }

  /** As the form sends it. */
  toString() {
    return [this.across, this.down, this.share].map((number) => number.toFixed(5)).join(" ");
  }
}

/** @param {number} at @param {number} room @param {number} before where there is no room, or nowhere is named, it stays */
function part(at, room, before) {
  return room > 0 && Number.isFinite(at) ? clamp(at / room) : before;
}

/** @param {number} number */
function clamp(number) {
  return Math.min(1, Math.max(0, number));
}
