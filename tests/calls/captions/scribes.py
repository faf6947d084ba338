"""What the tests' worker processes do in place of the model: they run in real processes, and write down how long a sound was."""

import os
import signal
import time
from pathlib import Path

LOG = "SCRIBES_LOG"  # the file in which they say that they began
SECRET = "the price of the tulips"  # what was said, in the tests of what is kept


def begin() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if log := os.environ.get(LOG):
        with Path(log).open("a") as written:
            written.write(f"{os.getpid()}\n")


def begin_without_a_model() -> None:
    raise ImportError("no model")


def quick(sound: bytes) -> str:
    return f"{len(sound) / 32_000:.1f} s"


def slow(sound: bytes) -> str:
    time.sleep(1)
    return quick(sound)


def stuck(sound: bytes) -> str:
    time.sleep(600)
    return quick(sound)


def indiscreet(sound: bytes) -> str:
    return SECRET


def failing(sound: bytes) -> str:
    raise ValueError(SECRET)


def dying(sound: bytes) -> str:
    os._exit(1)
