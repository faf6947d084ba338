"""What the media reports of one side say: pure, kept in the memory of the process that holds the socket.

A report counts the inbound audio packets so far. Growth since the last report is a good report; PROTOCOL.md, section 5.
"""

from datetime import datetime, timedelta


class Ear:
    def __init__(self) -> None:
        self.received: int | None = None
        self.reported_at: datetime | None = None
        self.good = False
        self.last_good_at: datetime | None = None

    def report(self, received: int, *, now: datetime, silence: timedelta) -> None:
        """`silence`: what comes so long after the report before is as a first one. Nobody saw what was in between, be it that
        the page slept, or the server, or that its clock was set."""
        before, self.received = self.received, received
        last, self.reported_at = self.reported_at, now
        # Fewer than before: a new connection, which counts from anew.
        self.good = before is not None and received > before and last is not None and now - last <= silence
        if self.good:
            self.last_good_at = now
