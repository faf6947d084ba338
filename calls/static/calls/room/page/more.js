/** What is needed now and then: the hand, full screen, a small window, the other camera, the keys that do it faster. */

import { byId, onPress, say, show } from "./dom.js";
import { Panel } from "./panel.js";

/** @import { Devices } from "../devices.js" */
/** @import { Desk } from "./desk.js" */

const IS_MAC = /Mac/.test(navigator.platform);

export class More {
  #desk;
  #menu = new Panel({ panel: "more", by: ["more-switch"], first: "details-switch" });
  #shortcuts = new Panel({ panel: "shortcuts", cross: "shortcuts-close", first: "shortcuts-title" });
  #handWasUp = false;

  /** @param {Desk} desk */
  constructor(desk) {
    this.#desk = desk;
    const { session } = desk;
    byId("more").addEventListener("click", () => this.#menu.close());
    onPress("hand", () => session.raiseHand(!session.hand));
    onPress("sound-only", () => session.peer.setSoundOnly(!session.peer.soundOnly));
    onPress("flip-camera", () => session.devices.flip());
    onPress("small-window", () => this.#toSmallWindow());
    onPress("full-screen", () => this.#toFullScreen());
    onPress("shortcuts-switch", () => this.#shortcuts.open());
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
      this.#menu.close();
      this.#shortcuts.close();
    }
    show(byId("own-hand"), session.hand);
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
    if (event.shiftKey && this.#shortcuts.isOpen) this.#shortcuts.close();
    else if (event.shiftKey) this.#shortcuts.open();
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

  /** Why it cannot be had is told where every trouble of a device is. @param {Devices} devices */
  async #camera(devices) {
    if (devices.video) devices.cameraOff();
    else await devices.cameraOn();
    if (devices.cameraProblem) return;
    this.#desk.voice.announce(this.#desk.words(devices.video ? "device.said_camera_on" : "device.said_camera_off"));
  }
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}
