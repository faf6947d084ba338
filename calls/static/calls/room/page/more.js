/** What is needed now and then: the hand, full screen, a small window, the other camera, the keys that do it faster. */

import { byId, onPress, say, show } from "./dom.js";

/** @import { Devices } from "../devices.js" */
/** @import { Desk } from "./desk.js" */

const IS_MAC = /Mac/.test(navigator.platform);

export class More {
  #desk;
  #menu = byId("more");
  #toggle = byId("more-switch");
  #shortcuts = byId("shortcuts");
  #isOpen = false;
  #handWasUp = false;

  /** @param {Desk} desk */
  constructor(desk) {
    this.#desk = desk;
    const { session } = desk;
    this.#toggle.addEventListener("click", () => this.#setOpen(!this.#isOpen));
    this.#menu.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#setOpen(false);
    });
    this.#menu.addEventListener("click", () => this.#setOpen(false));
    onPress("hand", () => session.raiseHand(!session.hand));
    onPress("sound-only", () => session.peer.setSoundOnly(!session.peer.soundOnly));
    onPress("flip-camera", () => session.devices.flip());
    onPress("small-window", () => this.#toSmallWindow());
    onPress("full-screen", () => this.#toFullScreen());
    onPress("shortcuts-switch", () => this.#showShortcuts(true));
    onPress("shortcuts-close", () => this.#showShortcuts(false));
    this.#shortcuts.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#showShortcuts(false);
    });
    document.addEventListener("keydown", (event) => this.#keyDown(event));
    document.addEventListener("keyup", (event) => {
      if (event.key.toLowerCase() === "v") session.devices.setHeld(false);
    });
    window.addEventListener("blur", () => session.devices.setHeld(false)); // the key is let go elsewhere
  }

  render() {
    const { session, words } = this.#desk;
    const { devices, state, screen } = session;
    if (screen !== "call") {
      this.#setOpen(false);
      this.#showShortcuts(false);
    }
    say(byId("hand-text"), words(session.hand ? "page.lower_hand" : "page.raise_hand"));
    say(byId("sound-only-text"), words(session.peer.soundOnly ? "page.with_picture" : "page.sound_only"));
    show(byId("flip-camera"), devices.video !== null && devices.canFlip);
    show(byId("small-window"), document.pictureInPictureEnabled && this.#picture() !== null);
    show(byId("full-screen"), document.fullscreenEnabled);
    say(byId("full-screen-text"), words(document.fullscreenElement ? "page.leave_full_screen" : "page.full_screen"));
    const up = Boolean(state?.other.hand) && screen === "call";
    show(byId("other-hand"), up);
    if (up && !this.#handWasUp) {
      this.#desk.voice.announce(words("page.hand_raised"));
      this.#desk.sound("joined");
    }
    this.#handWasUp = up;
  }

  /** Sooner the screen that is shown than the face. @returns {HTMLVideoElement | null} */
  #picture() {
    const videos = ["remote-screen", "remote-video"].map((id) => byId(id, HTMLVideoElement));
    return videos.find((video) => !video.hidden && video.readyState > 0) ?? null;
  }

  async #toSmallWindow() {
    if (document.pictureInPictureElement) await document.exitPictureInPicture();
    else await this.#picture()?.requestPictureInPicture();
  }

  async #toFullScreen() {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await byId("room").requestFullscreen();
  }

  /** Plain letters belong to fields and to screen readers; with Ctrl they are the browser's, and in a call ours. @param {KeyboardEvent} event */
  #keyDown(event) {
    const { session } = this.#desk;
    const { devices } = session;
    if (session.screen !== "call" || event.altKey || event.metaKey) return;
    const key = event.key.toLowerCase();
    if (!event.ctrlKey) {
      if (key === "v" && !event.repeat && !isTyping(event.target)) this.#hold(devices);
      return;
    }
    if (isTyping(event.target) && IS_MAC) return; // there Ctrl+D and Ctrl+E are keys of every field
    if (event.shiftKey ? !["?", "/"].includes(key) : !["d", "e"].includes(key)) return;
    event.preventDefault();
    if (event.repeat) return;
    if (event.shiftKey) this.#showShortcuts(this.#shortcuts.hidden === true);
    else if (key === "d") this.#mute(devices);
    else this.#camera(devices);
  }

  /** @param {Devices} devices */
  #hold(devices) {
    devices.setHeld(true);
    if (devices.muted) this.#desk.voice.announce(this.#desk.words("device.said_held"));
  }

  /** @param {Devices} devices */
  #mute(devices) {
    devices.setMuted(!devices.muted);
    this.#desk.voice.announce(this.#desk.words(devices.muted ? "device.said_muted" : "device.said_unmuted"));
  }

  /** @param {Devices} devices */
  async #camera(devices) {
    if (devices.video) devices.cameraOff();
    else await devices.cameraOn();
    this.#desk.voice.announce(this.#desk.words(devices.video ? "device.said_camera_on" : "device.said_camera_off"));
  }

  /** @param {boolean} open */
  #showShortcuts(open) {
    const hadFocus = this.#shortcuts.contains(document.activeElement);
    show(this.#shortcuts, open);
    if (open) byId("shortcuts-title").focus();
    else if (hadFocus) this.#toggle.focus();
  }

  /** @param {boolean} open */
  #setOpen(open) {
    if (this.#isOpen === open) return;
    this.#isOpen = open;
    const hadFocus = this.#menu.contains(document.activeElement);
    this.#toggle.setAttribute("aria-expanded", String(open));
    show(this.#menu, open);
    if (!open && hadFocus) this.#toggle.focus();
  }
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}
