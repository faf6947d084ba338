from django.core.management.base import BaseCommand

from payouts import clock
from payouts.ledger import seals
from payouts.verify import faults


class Command(BaseCommand):
    help = "Checks every cent: the ledger against itself and its seals, and every table that mentions money against the ledger."

    def handle(self, *args, **options) -> None:
        found = faults()
        sealed = seals.seal(now=clock.now())
        if not found:
            self.stdout.write("The ledger is clean.")
            self.stdout.write(f"Entries sealed now: {sealed}. The last seal: {seals.head() or 'none'}")
            return
        for fault in found:
            self.stderr.write(fault)
        self.stderr.write(f"Faults found: {len(found)}")
        raise SystemExit(1)
