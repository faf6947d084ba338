"""What the media reports of one side say: pure, kept in the memory of the process that holds the socket.

A report counts the inbound audio packets so far. Growth since the last report is a good report; PROTOCOL.md, section 5.
"""

from datetime import datetime


class Ear:
    def __init__(self) -> None:
        self.received: int | None = None
        self.good = False
        self.last_good_at: datetime | None = None

    def report(self, received: int, *, now: datetime) -> None:
        before, self.received = self.received, received
        # Fewer than before: a new connection, which counts from anew.
        self.good = before is not None and received > before
        if self.good:
            self.last_good_at = now
