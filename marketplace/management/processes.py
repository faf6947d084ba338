"""Work that is done in several processes, for one alone uses one core."""

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

import django
from django.db import connection

Share, Result = TypeVar("Share"), TypeVar("Result")


def spread(do: Callable[[Share], Result], shares: Iterable[Share]) -> Iterator[Result]:
    """Like map, and several at a time: in as many processes as there are cores. SQLite has one writer at a time, and one share
    is not worth a process: those are done here. `do` is a function of a module."""
    work = list(shares)
    if connection.vendor != "postgresql" or len(work) < 2:
        yield from map(do, work)
        return
    # Not forked: a connection to the database must not be in two processes.
    processes = ProcessPoolExecutor(
        min(len(work), os.cpu_count() or 1),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin,
        initargs=(connection.settings_dict["NAME"],),
    )
    try:
        yield from processes.map(do, work)
    finally:
        processes.shutdown(cancel_futures=True)


def _begin(database: str) -> None:
    django.setup()
    gc.set_threshold(
        1_000_000
    )  # thousands of rows are alive until all are written: looking through them often finds nothing
    connection.settings_dict["NAME"] = database  # a test's is another one than the environment says
