"""What the media reports of one side say: pure, kept in the memory of the process that holds the socket.

A report counts the inbound audio packets so far. Growth since the last report is a good report; PROTOCOL.md, section 5.
"""

from datetime import datetime, timedelta

LEAP = timedelta(seconds=0.5)  # more than a clock is ever slewed between two reports


class Ear:
    def __init__(self) -> None:
        self.received: int | None = None
        self.reported_at: datetime | None = None
        self.ticks = 0.0
        self.good = False
        self.last_good_at: datetime | None = None

    def report(self, received: int, *, now: datetime, ticks: float, silence: timedelta) -> None:
        """`silence`: what comes so long after the report before is as a first one. Nobody saw what was in between, be it that
        the page slept, or the server. `ticks`: the seconds of a clock that nobody sets. Where it says that `now` leapt ahead
        since the last report the leap would be billed, so that one is as a first one too.
        """
        before, self.received = self.received, received
        last, self.reported_at = self.reported_at, now
        passed, self.ticks = timedelta(seconds=ticks - self.ticks), ticks
        goes_on = last is not None and now - last <= min(silence, passed + LEAP)
        # Fewer than before: a new connection, which counts from anew.
        self.good = goes_on and before is not None and received > before
        if self.good:
            self.last_good_at = now
