"""What a robot looks and sounds like: a small animated face and a soft melody, made here, on any machine.

Cheap on purpose (320x240 at 10 frames a second): two robots must not slow a laptop down. Muted tracks go on sending
black and silence, because the meter's recovery is seen in packets (PRODUCT.md, "What is billed").
"""

import asyncio
import colorsys
import math
import time
from array import array
from fractions import Fraction
from functools import cache

from aiortc import MediaStreamTrack
from av import AudioFrame, VideoFrame
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT, FRAMES_PER_S = 320, 240, 10
SAMPLE_RATE, FRAME_SAMPLES = 48_000, 960  # 20 ms
LOUDNESS = 2_600  # of 32 767: present, never annoying
PENTATONIC_HZ = (261.6, 293.7, 329.6, 392.0, 440.0, 523.3)
MELODY = (0, 2, 3, 5, 3, 2, 4, 3, 1, 2, 0, 3, 2, 1)
NOTE_S = 0.55


class Pace:
    """Hands out the moments of a steady stream, and sleeps until the next one."""

    def __init__(self, per_second: Fraction) -> None:
        self.step_s = float(1 / per_second)
        self.count = -1
        self.started = 0.0

    async def next(self) -> int:
        """The number of the next step, once its time has come."""
        self.count += 1
        if self.count == 0:
            self.started = time.monotonic()
        await asyncio.sleep(max(0.0, self.started + self.count * self.step_s - time.monotonic()))
        return self.count


class Face(MediaStreamTrack):
    """A round face that looks about, blinks and hums, over its name and the words that it is a robot."""

    kind = "video"

    def __init__(self, *, name: str, caption: str, hue: float) -> None:
        super().__init__()
        self.muted = False
        self.paid = False
        self._pace = Pace(Fraction(FRAMES_PER_S))
        self._backdrops = {paid: _backdrop(name, caption, hue, paid) for paid in (False, True)}
        self._black = Image.new("RGB", (WIDTH, HEIGHT))

    async def recv(self) -> VideoFrame:
        number = await self._pace.next()
        image = self._black if self.muted else _with_features(self._backdrops[self.paid], number / FRAMES_PER_S)
        frame = VideoFrame.from_image(image)
        frame.pts, frame.time_base = number * 90_000 // FRAMES_PER_S, Fraction(1, 90_000)
        return frame


class Melody(MediaStreamTrack):
    """A slow pentatonic tune, over and over."""

    kind = "audio"

    def __init__(self, *, transpose: float = 1.0) -> None:
        super().__init__()
        self.muted = False
        self._pace = Pace(Fraction(SAMPLE_RATE, FRAME_SAMPLES))
        self._tune = memoryview(_tune(transpose)).cast("B")
        self._silence = bytes(FRAME_SAMPLES * 2)

    async def recv(self) -> AudioFrame:
        number = await self._pace.next()
        size = FRAME_SAMPLES * 2
        start = number % (len(self._tune) // size) * size
        frame = AudioFrame(format="s16", layout="mono", samples=FRAME_SAMPLES)
        frame.planes[0].update(self._silence if self.muted else bytes(self._tune[start : start + size]))
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, number * FRAME_SAMPLES, Fraction(1, SAMPLE_RATE)
        return frame


def _colour(hue: float, light: float, strength: float) -> tuple[int, int, int]:
    return tuple(round(255 * part) for part in colorsys.hls_to_rgb(hue % 1, light, strength))  # type: ignore[return-value]


def _backdrop(name: str, caption: str, hue: float, paid: bool) -> Image.Image:
    """The part that never moves. A paid talk shows in the backdrop too: amber, as everywhere on the site."""
    ground, head = (_colour(0.11, 0.42, 0.75) if paid else _colour(hue, 0.26, 0.4)), _colour(hue + 0.06, 0.72, 0.45)
    image = Image.new("RGB", (WIDTH, HEIGHT), ground)
    draw = ImageDraw.Draw(image)
    draw.ellipse((95, 22, 225, 152), fill=head)
    draw.line((160, 22, 160, 8), fill=head, width=4)
    draw.text((160, 186), name, fill="white", anchor="mm", font=ImageFont.load_default(20))
    draw.text((160, 212), caption, fill=_colour(hue, 0.86, 0.4), anchor="mm", font=ImageFont.load_default(14))
    return image


def _with_features(backdrop: Image.Image, seconds: float) -> Image.Image:
    """Eyes, mouth and aerial at this moment. Blinks every four seconds."""
    image = backdrop.copy()
    draw = ImageDraw.Draw(image)
    dark, glance = (24, 32, 40), 6 * math.sin(seconds * 0.7)
    height = 1 if seconds % 4 < 0.2 else 9
    for eye in (136, 184):
        draw.ellipse((eye - 9 + glance, 74 - height, eye + 9 + glance, 74 + height), fill=dark)
    smile = 8 + 5 * math.sin(seconds * 2 * math.pi / NOTE_S / 2)
    draw.chord((136, 104 - smile, 184, 104 + smile), 0, 180, fill=dark)
    glow = round(150 + 100 * math.sin(seconds * 3))
    draw.ellipse((153, 1, 167, 15), fill=(255, glow, glow))
    return image


@cache
def _tune(transpose: float) -> array:
    """The whole melody as 16-bit samples; a whole number of 20 ms frames, so that it loops without a click."""
    samples = array("h")
    per_note = round(SAMPLE_RATE * NOTE_S / FRAME_SAMPLES) * FRAME_SAMPLES
    for step in MELODY:
        omega = 2 * math.pi * PENTATONIC_HZ[step] * transpose / SAMPLE_RATE
        for at in range(per_note):
            swell = min(1.0, at / 2_400) * math.exp(-3.2 * at / per_note) * min(1.0, (per_note - at) / 2_400)
            samples.append(round(LOUDNESS * swell * (math.sin(omega * at) + 0.25 * math.sin(2 * omega * at))))
    return samples
