"""How much one socket may send: frames cost one, and one more for every 4 KiB."""

import time

BURST, REFILL_PER_S = 120, 30
COST_BYTES = 4096


class Bucket:
    def __init__(self) -> None:
        self.left = float(BURST)
        self.filled_at = time.monotonic()
        self.complained_at = float("-inf")

    def take(self, letters: int) -> bool:
        """False: the frame must be dropped."""
        now = time.monotonic()
        self.left = min(BURST, self.left + (now - self.filled_at) * REFILL_PER_S)
        self.filled_at = now
        cost = 1 + letters // COST_BYTES
        if self.left < cost:
            return False
        self.left -= cost
        return True

    def may_complain(self) -> bool:
        """At most one error a second: answering a flood must not double it."""
        now = time.monotonic()
        if now - self.complained_at < 1:
            return False
        self.complained_at = now
        return True
