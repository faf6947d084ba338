"""How much one socket may send: frames cost one, and one more for every 4 KiB."""

import time

BURST, REFILL_PER_S = 120, 30
COST_BYTES = 4096


class Allowance:
    """Of anything that is counted: so much at once, and so much more each second."""

    __slots__ = ("burst", "complained_at", "filled_at", "left", "refill_per_s")

    def __init__(self, burst: float, refill_per_s: float) -> None:
        self.burst, self.refill_per_s = burst, refill_per_s
        self.left = float(burst)
        self.filled_at = time.monotonic()
        self.complained_at = float("-inf")

    def take(self, cost: float) -> bool:
        """False: it is too much, and nothing was taken."""
        now = time.monotonic()
        self.left = min(self.burst, self.left + (now - self.filled_at) * self.refill_per_s)
        self.filled_at = now
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


class Bucket(Allowance):
    """Of frames."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(BURST, REFILL_PER_S)

    def take_frame(self, letters: int) -> bool:
        """False: the frame must be dropped."""
        return self.take(1 + letters // COST_BYTES)
