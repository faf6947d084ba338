"""How fast Ringwise is, beside something that does the same job: `make bench`, or `make bench ONLY=posting`.

Absolute times do not carry over from one machine to another; ratios measured side by side in one run do. So each row
alternates between ours and the peer at least ROUNDS times and compares medians. These are not tests: they never fail.
"""

import os

ROUNDS = 5
# Those that the directory is measured with. Fewer are for who works on a benchmark: the goals are set for a million.
PROFILES = int(os.environ.get("PROFILES", "1_000_000"))
