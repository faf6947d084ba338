"""CPU time, user and system, of a process and everything below it."""

import os
import time
from pathlib import Path

TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def used_by_tree(root: int) -> float:
    """Seconds that `root` and its descendants have used so far, children that ended included."""
    children: dict[int, list[int]] = {}
    times: dict[int, tuple[float, float]] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            ran_ns = sum(int(path.read_text().split()[0]) for path in entry.glob("task/*/schedstat"))
        except (OSError, IndexError, ValueError):
            continue  # ended meanwhile
        children.setdefault(int(fields[1]), []).append(int(entry.name))
        # To the nanosecond, but without threads that ended; with them, but to the tick.
        own = max(ran_ns / 1e9, (int(fields[11]) + int(fields[12])) / TICKS_PER_S)
        times[int(entry.name)] = (own, (int(fields[13]) + int(fields[14])) / TICKS_PER_S)
    used, waiting = 0.0, [root]
    while waiting:
        process = waiting.pop()
        used += sum(times.get(process, (0.0, 0.0)))  # its own, and that of its children which ended
        waiting += children.get(process, [])
    return used


def children(parent: int) -> set[int]:
    return {int(child) for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()}


def wait_for_the_end_of(processes: set[int], patience_s: float = 5.0) -> None:
    """Until their parent has counted what they used. One that has more to do, as a clean-up of its own, is not waited for."""
    give_up_at = time.monotonic() + patience_s
    while any(Path(f"/proc/{process}").exists() for process in processes) and time.monotonic() < give_up_at:
        time.sleep(0.01)
