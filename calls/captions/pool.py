"""The worker processes of this server, begun when the first words are to be written, and begun anew after one has died."""

import asyncio
import logging
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from django.conf import settings

from calls.captions import worker

log = logging.getLogger(__name__)

# From the asking on, so the windows of others before it count: more speakers than the workers keep up with end here too.
LONGEST_S = 20.0

# What the processes do, when they begin and with each window.
load, work = worker.load, worker.write

_pool: ProcessPoolExecutor | None = None


class Failed(Exception):
    """It could not be written down."""


async def write(sound: bytes) -> str:
    """What is said in `sound`. Raises Failed."""
    pool = _running()
    try:
        async with asyncio.timeout(LONGEST_S):
            return await asyncio.wrap_future(pool.submit(work, sound))
    except TimeoutError:
        if pool is _pool:
            log.error("A worker that writes captions took more than %s s, and was ended", LONGEST_S)
            end()
        raise Failed from None
    except BrokenProcessPool:
        if pool is _pool:  # else we have ended it, or it is said already
            log.error("A worker that writes captions has died, or could not load its model")
        _forget(pool)
        raise Failed from None
    except Exception as problem:  # of the model's library; nothing of the sound or the words goes into the log
        log.error("Captions could not be written: %s", type(problem).__name__)
        raise Failed from None


def end() -> None:
    """The server stops, and waits for no window."""
    if _pool:
        workers = list((_pool._processes or {}).values())  # its own way to end them comes with Python 3.14
        _forget(_pool)
        for each in workers:
            each.kill()


def _running() -> ProcessPoolExecutor:
    global _pool  # noqa: PLW0603  (one per process is what it is)
    if _pool is None:
        # Spawned: a fork of a server with threads and open sockets would take along what it must not have.
        spawn = multiprocessing.get_context("spawn")
        _pool = ProcessPoolExecutor(settings.CAPTION_WORKERS, mp_context=spawn, initializer=load)
    return _pool


def _forget(pool: ProcessPoolExecutor) -> None:
    global _pool  # noqa: PLW0603
    if _pool is pool:
        _pool = None
    pool.shutdown(wait=False, cancel_futures=True)
