"""How fast Ringwise is, beside something that does the same job: `make bench`, or `make bench ONLY=posting`.

Absolute times do not carry over from one machine to another; ratios measured side by side in one run do. So each row
alternates between ours and the peer at least ROUNDS times and compares medians. These are not tests: they never fail.
`SMALL=1 make bench` only shows that each still runs (tests/test_bench.py): what it prints compares nothing, and is not kept.
"""

import os

SMALL = os.environ.get("SMALL") == "1"


def size(whole: int, *, small: int) -> int:
    return small if SMALL else whole


ROUNDS = size(5, small=1)
# Those that the directory is measured with. Fewer are for who works on a benchmark: the goals are set for a million.
PROFILES = int(os.environ.get("PROFILES", size(1_000_000, small=300)))
