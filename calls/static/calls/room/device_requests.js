/** Asks the browser for a microphone, a camera or a screen. Of each only the newest wish is answered. */

/**
 * Why a device cannot be used. `blocked`: by the operating system, not by the browser; `kept`: not this one, but the one before.
 * @typedef {"refused" | "blocked" | "none" | "busy" | "unsupported" | "unplugged" | "kept"} Problem
 *
 * @typedef {"audio" | "video" | "screen"} Kind
 */

/** @param {unknown} error  from getUserMedia @returns {Problem} */
export function problemOf(error) {
  const { name, message } = /** @type {DOMException} */ (error);
  if (name === "NotAllowedError") return /system/i.test(message) ? "blocked" : "refused";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "none";
  if (name === "NotReadableError" || name === "AbortError") return "busy";
  return "unsupported";
}

/** @param {string | undefined} id  of a device; none: any will do @returns {MediaTrackConstraints} */
export function exactly(id) {
  return id ? { deviceId: { exact: id } } : {};
}

export class DeviceRequests {
  #media;
  /** Counts wishes: the answer to an old one, given after *Hang up* or *Camera off*, must not open a device. */
  #wishes = { audio: 0, video: 0, screen: 0 };

  /** @param {MediaDevices | undefined} media */
  constructor(media) {
    this.#media = media;
  }

  /** What was asked for is no longer wished. @param {Kind} kind */
  drop(kind) {
    this.#wishes[kind] += 1;
  }

  /**
   * The device that is demanded where it exists, else any other, without a word; `orAny`: also where it cannot be had. Of one that is only wished for (`ideal`)
   * Chromium takes no notice: https://issues.chromium.org/issues/448432614
   * @param {MediaTrackConstraints} demand @param {"audio" | "video"} kind @param {MediaTrackConstraints} wish
   * @param {{orAny?: boolean}} [how]
   * @returns {Promise<MediaStreamTrack | null>} null: no longer wished
   */
  async device(demand, kind, wish, { orAny = false } = {}) {
    try {
      return await this.ask(kind, { ...wish, ...demand });
    } catch (error) {
      const isOther = problemOf(error) === "none" || (orAny && problemOf(error) === "busy");
      if (!isOther || Object.keys(demand).length === 0) throw error;
      return this.ask(kind, wish);
    }
  }

  /** @returns {Promise<MediaStreamTrack | null>} null: no longer wished */
  screen() {
    const media = /** @type {MediaDevices} */ (this.#media);
    return this.#newest("screen", () => media.getDisplayMedia({ video: { frameRate: { max: 15 } } }));
  }

  /**
   * @param {"audio" | "video"} kind @param {MediaTrackConstraints} constraints
   * @returns {Promise<MediaStreamTrack | null>} null: no longer wished
   */
  async ask(kind, constraints) {
    const media = this.#media;
    if (!media) throw new DOMException("needs HTTPS", "NotSupportedError");
    return this.#newest(kind, () => media.getUserMedia({ [kind]: constraints }));
  }

  /** @param {Kind} kind @param {() => Promise<MediaStream>} ask */
  async #newest(kind, ask) {
    const wish = (this.#wishes[kind] += 1);
    const isWished = () => wish === this.#wishes[kind];
    const stream = await ask().catch((error) => {
      if (isWished()) throw error;
    });
    const track = stream?.getTracks()[0] ?? null;
    if (isWished()) return track;
    track?.stop();
    return null;
  }
}
