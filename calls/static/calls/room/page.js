/** The entry module of the room's page: opens the room, or, where a payment or a new account led back, only says so. */

import { show } from "./page/dom.js";
import { openRoom } from "./page/room.js";
import { goBack, returnedFrom } from "./page/small_window.js";

const returned = returnedFrom();

if (returned) {
  for (const door of document.querySelectorAll(".room-door")) {
    if (door instanceof HTMLElement) show(door, door.dataset.for === returned);
  }
  goBack();
} else openRoom();
