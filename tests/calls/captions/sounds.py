"""Sound made by hand, as a page sends it: a tone for speech, a hum too faint to be any."""

import io
import math
import wave
from array import array

from calls.captions.sound import RATE


def tone(seconds: float, *, loudness: int = 8_000) -> bytes:
    return array("h", (int(loudness * math.sin(at / 8)) for at in range(round(seconds * RATE)))).tobytes()


def silence(seconds: float) -> bytes:
    return tone(seconds, loudness=30)


def pieces(sound: bytes, seconds: float = 0.25) -> list[bytes]:
    """As the page sends them."""
    size = 2 * round(seconds * RATE)
    return [sound[at : at + size] for at in range(0, len(sound), size)]


def length(sound: bytes) -> float:
    """In seconds."""
    return len(sound) / 2 / RATE


def as_wav(sound: bytes, rate: int = RATE) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(rate)
        written.writeframes(sound)
    return file.getvalue()


def from_wav(file: bytes) -> bytes:
    with wave.open(io.BytesIO(file)) as read:
        assert (read.getnchannels(), read.getsampwidth(), read.getframerate()) == (1, 2, RATE)
        return read.readframes(read.getnframes())
