from django.core.management.base import BaseCommand

from payouts import clock
from payouts.reconciliation import services as reconciliation
from payouts.stripe import pacing


class Command(BaseCommand):
    help = "Reads every balance transaction of Stripe's, gives each its ledger entry, and compares both to the cent."

    def handle(self, *args, **options) -> None:
        with pacing.background():
            report = reconciliation.reconcile(now=clock.now())
        self.stdout.write(f"Balances: {report.accounts}. New movements: {report.read}. Waiting: {report.waiting}.")
        if report.is_clean:
            self.stdout.write("The ledger and Stripe agree to the cent.")
            return
        for difference in report.differences:
            self.stderr.write(str(difference))
        for account in report.unread:
            self.stderr.write(f"{account}: Stripe did not answer")
        self.stderr.write(f"In suspense: {report.suspense}")
        raise SystemExit(1)
