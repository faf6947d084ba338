"""Programs that wait for orders: each says `ready`, then does as many operations as a line tells it, and reports.

The same few words drive our poster and the peer's, so that both are measured alike: start-up is never counted.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType


@dataclass(frozen=True)
class Work:
    """Of one order: CPU and elapsed seconds of the program itself, without the database's."""

    count: int
    cpu_s: float
    wall_s: float


class Program:
    """A child that takes orders."""

    def __init__(self, command: Sequence[str], **environment: str) -> None:
        self._process = subprocess.Popen(
            list(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | environment
        )
        if (said := self._read()) != "ready":
            raise RuntimeError(f"{command[0]} said {said!r}")

    def order(self, count: int) -> None:
        assert self._process.stdin
        self._process.stdin.write(f"{count}\n")
        self._process.stdin.flush()

    def result(self) -> Work:
        return Work(**json.loads(self._read()))

    def _read(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._process.args!r} ended")
        return line.strip()

    def __enter__(self) -> "Program":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(30)


def take_orders(do: Callable[[int], object], *, warm_up: int, threads: int = 1) -> None:
    """The child's side. `do(number)` is one operation; numbers go up and never repeat. Threads share an order evenly."""

    def do_some(numbers: range) -> None:
        for number in numbers:
            do(number)

    with ExitStack() as stack:
        share = stack.enter_context(ThreadPoolExecutor(threads)).map if threads > 1 else map

        def fulfil(start: int, end: int) -> None:
            list(share(do_some, (range(start + thread, end, threads) for thread in range(threads))))

        fulfil(0, warm_up)
        done = warm_up
        print("ready", flush=True)
        for line in sys.stdin:
            count, cpu, wall = int(line), time.process_time(), time.perf_counter()
            fulfil(done, done + count)
            done += count
            work = {"count": count, "cpu_s": time.process_time() - cpu, "wall_s": time.perf_counter() - wall}
            print(json.dumps(work), flush=True)
