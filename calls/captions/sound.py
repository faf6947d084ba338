"""The sound of one speaker, cut into windows that can be written down: at a silence, or after WINDOW_S at the quietest moment.

16 kHz, mono, 16 bits a sample, the low byte first. Where nothing but silence came there is no window at all: nobody spoke,
and a model that is given silence makes words up. Pure.
"""

from array import array
from operator import mul

RATE = 16_000  # samples a second
BYTES_PER_S = 2 * RATE
SLICE = RATE // 50  # 20 ms: what is looked at at once
WINDOW_S = 5
SHORTEST_S = 1  # a silence in a shorter one is a breath
SILENCE_S = 0.5
BEFORE_S = 0.3  # kept of the silence before speech: the first consonant is faint
SEARCHED_S = 1.5  # at the end of a full window, for its quietest moment
LOUD = 150  # the level of a slice from which on somebody speaks; what browsers leave of a room's noise lies below


class Cutter:
    def __init__(self) -> None:
        self.rest = b""  # less than a slice
        self._begin([])

    def _begin(self, slices: list[bytes]) -> None:
        self.slices: list[bytes] = []
        self.levels: list[float] = []
        self.spoken = self.still = 0  # slices with speech so far; in silence, since the last of them
        for each in slices:
            self._add(each)

    def take(self, sound: bytes) -> list[bytes]:
        """The windows that are full now."""
        sound = self.rest + sound
        whole = len(sound) - len(sound) % (2 * SLICE)
        self.rest = sound[whole:]
        windows = []
        for at in range(0, whole, 2 * SLICE):
            self._add(sound[at : at + 2 * SLICE])
            if self._is_full():
                windows.append(self._cut())
        return windows

    def end(self) -> bytes | None:
        """No more sound comes for now: what was spoken so far; None if nothing was."""
        said = b"".join(self.slices) if self.spoken else None
        self.rest = b""
        self._begin([])
        return said

    def _add(self, sound: bytes) -> None:
        level = level_of(sound)
        self.slices.append(sound)
        self.levels.append(level)
        if level >= LOUD:
            self.spoken += 1
            self.still = 0
        elif self.spoken:
            self.still += 1
        else:
            kept = _slices(BEFORE_S)
            del self.slices[:-kept], self.levels[:-kept]

    def _is_full(self) -> bool:
        length = len(self.slices)
        paused = self.still >= _slices(SILENCE_S) and length >= _slices(SHORTEST_S)
        return bool(self.spoken) and (paused or length >= _slices(WINDOW_S))

    def _cut(self) -> bytes:
        first = len(self.slices) - _slices(SEARCHED_S)
        quietest = min(range(max(first, 1), len(self.slices)), key=self.levels.__getitem__)
        at = len(self.slices) if self.still >= _slices(SILENCE_S) else quietest
        window, left = self.slices[:at], self.slices[at:]
        self._begin(left)
        return b"".join(window)


def level_of(sound: bytes) -> float:
    """How loud: the root of the mean square of its samples, 0 to 32 768."""
    samples = array("h", sound)
    return (sum(map(mul, samples, samples)) / max(1, len(samples))) ** 0.5


def _slices(seconds: float) -> int:
    return round(seconds * RATE / SLICE)
