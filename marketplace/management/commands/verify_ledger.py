from django.core.management.base import BaseCommand

from payouts.earnings.verify import verify as verify_earnings
from payouts.ledger.verify import verify as verify_ledger
from payouts.wallet.verify import verify as verify_wallet
from payouts.withdrawals.verify import verify as verify_withdrawals


class Command(BaseCommand):
    help = "Checks every cent: the ledger against itself, holds, top-ups, earnings and withdrawals against the ledger."

    def handle(self, *args, **options) -> None:
        faults = [*verify_ledger(), *verify_wallet(), *verify_earnings(), *verify_withdrawals()]
        if not faults:
            self.stdout.write("The ledger is clean.")
            return
        for fault in faults:
            self.stderr.write(fault)
        self.stderr.write(f"Faults found: {len(faults)}")
        raise SystemExit(1)
