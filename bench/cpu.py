"""CPU time, user and system, of a process and everything below it."""

import os
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
            ran_ns = int((entry / "schedstat").read_text().split()[0])
        except (OSError, IndexError, ValueError):
            continue  # ended meanwhile
        children.setdefault(int(fields[1]), []).append(int(entry.name))
        times[int(entry.name)] = (ran_ns / 1e9, (int(fields[13]) + int(fields[14])) / TICKS_PER_S)
    used, waiting = 0.0, [root]
    while waiting:
        process = waiting.pop()
        used += sum(times.get(process, (0.0, 0.0)))  # its own, and that of its children which ended
        waiting += children.get(process, [])
    return used
