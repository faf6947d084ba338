"""Sound made by hand, as a page sends it: a tone for speech, a hum too faint to be any."""

import io
import math
import re
import subprocess
import wave
from array import array

from calls.captions.sound import RATE


def tone(seconds: float, *, loudness: int = 8_000) -> bytes:
    return array("h", (int(loudness * math.sin(at / 8)) for at in range(round(seconds * RATE)))).tobytes()


def spoken(words: str) -> bytes:
    """A WAV file in which somebody says them."""
    told = subprocess.run(["espeak-ng", "-v", "en-us", "-s", "120", "--stdout", words], capture_output=True, check=True)
    return told.stdout


def resampled(file: bytes) -> bytes:
    """The sound of a WAV file of any rate, as the server takes it."""
    with wave.open(io.BytesIO(file)) as read:
        samples, step = array("h", read.readframes(-1)), read.getframerate() / RATE
    return array("h", (samples[int(at * step)] for at in range(int(len(samples) / step)))).tobytes()


def numbers_in(text: str) -> list[str]:
    """ "One, two" and "1, 2" say the same."""
    written = {"1": "one", "2": "two", "3": "three", "4": "four"}
    return [written.get(word, word) for word in re.findall(r"\w+", text.lower())]


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
