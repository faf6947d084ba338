"""Greetings in sound for the demo's musicians: plucked strings, computed here, so that none needs anybody's recording."""

import random
from array import array
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO

try:
    import av
except ImportError:  # one of requirements-demo.txt, as the robots': without it nobody greets
    av = None

SAMPLE_RATE = 24_000  # above the highest partial that matters of a nylon string
FRAME_SAMPLES = 1_024  # of AAC
LOUDEST = 0.7
BREATH_S = 2.0  # the last notes ring on, and fade
RINGS_S = 4  # a string; what is left of it then is not heard
A4_HZ, A4_KEY = 440.0, 69


@dataclass(frozen=True)
class Tune:
    """`notes` are pairs of a key (60: the middle C, as MIDI counts) and the beat on which it is plucked."""

    beat_s: float
    decay: float  # of the string at each turn: nearer to 1 rings longer
    notes: tuple[tuple[int, float], ...]

    @property
    def seconds(self) -> float:
        return max(beat for _key, beat in self.notes) * self.beat_s + BREATH_S


def play(tune: Tune) -> list[float]:
    """Samples between -1 and 1, the same at each call."""
    samples = [0.0] * int(tune.seconds * SAMPLE_RATE)
    chance = random.Random(1)  # noqa: S311 - a pluck is noise, and no secret
    for key, beat in tune.notes:
        start = int(beat * tune.beat_s * SAMPLE_RATE)
        _pluck(samples, start, A4_HZ * 2 ** ((key - A4_KEY) / 12), tune.decay, chance)
    loudest, fade = max(map(abs, samples)), BREATH_S / 2 * SAMPLE_RATE
    return [LOUDEST / loudest * sample * min(1, (len(samples) - at) / fade) for at, sample in enumerate(samples)]


def _pluck(samples: list[float], start: int, hz: float, decay: float, chance: random.Random) -> None:
    """A string as Karplus and Strong have it: noise that goes round and is smoothed at each turn (Computer Music Journal 7:2,
    1983)."""
    string = [chance.uniform(-1, 1) for _ in range(round(SAMPLE_RATE / hz))]
    end, half = min(start + RINGS_S * SAMPLE_RATE, len(samples) - len(string)), decay / 2
    for turn in range(start, end, len(string)):
        for at, sample in enumerate(string, turn):
            samples[at] += sample
        string = [half * (one + next_one) for one, next_one in zip(string, [*string[1:], string[0]], strict=True)]


def recorded(tune: Tune) -> bytes | None:
    """As a phone would record it: AAC in MP4. None where PyAV is missing."""
    if av is None:
        return None
    samples = array("f", play(tune))
    samples.extend([0.0] * (-len(samples) % FRAME_SAMPLES))
    file = BytesIO()
    with av.open(file, "w", format="mp4") as out:
        stream = out.add_stream("aac", rate=SAMPLE_RATE, layout="mono", bit_rate=64_000)
        for at in range(0, len(samples), FRAME_SAMPLES):
            frame = av.AudioFrame("fltp", "mono", FRAME_SAMPLES)
            frame.planes[0].update(samples[at : at + FRAME_SAMPLES].tobytes())
            frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, at, Fraction(1, SAMPLE_RATE)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return file.getvalue()


# A slow waltz in C: a bass and two strokes in each bar, and a tune above them
_BARS = ((48, 64, 67), (45, 60, 64), (41, 60, 65), (43, 59, 65), (48, 64, 67), (45, 60, 64), (43, 59, 65), (48, 60, 64))
_ABOVE = (
    (76, 0), (74, 2), (72, 3), (76, 5), (77, 6), (76, 8), (74, 9),
    (79, 12), (77, 14), (76, 15), (74, 17), (71, 18), (74, 20), (72, 21),
)  # fmt: skip
WALTZ = Tune(
    beat_s=0.42,
    decay=0.996,
    notes=(
        *_ABOVE,
        *((bass, bar * 3) for bar, (bass, *_chord) in enumerate(_BARS)),
        *((key, bar * 3 + 1) for bar, (_bass, *chord) in enumerate(_BARS) for key in chord),
        *((key, bar * 3 + 2) for bar, (_bass, *chord) in enumerate(_BARS) for key in chord),
    ),
)

# A round of eight beats in F: the thumbs keep the bass, the forefingers run down above it, at last twice as fast
_THUMBS = (53, 60, 57, 60, 50, 57, 53, 57)
_FOREFINGERS = (77, 76, 74, 72, 69, 72, 70, 69)
ROUND = Tune(
    beat_s=0.36,
    decay=0.998,
    notes=(
        *((_THUMBS[beat % 8], beat) for beat in range(32)),
        *((_FOREFINGERS[beat % 8], beat + 8.5) for beat in range(16)),
        *((_FOREFINGERS[step % 8], 24 + step / 2) for step in range(16)),
        (53, 32),
        (65, 32),
    ),
)
