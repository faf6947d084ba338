from django.core.management.base import BaseCommand

from payouts.verify import faults


class Command(BaseCommand):
    help = "Checks every cent: the ledger against itself, and every table that mentions money against the ledger."

    def handle(self, *args, **options) -> None:
        found = faults()
        if not found:
            self.stdout.write("The ledger is clean.")
            return
        for fault in found:
            self.stderr.write(fault)
        self.stderr.write(f"Faults found: {len(found)}")
        raise SystemExit(1)
