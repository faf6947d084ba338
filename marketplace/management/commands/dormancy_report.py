from datetime import timedelta

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from payouts.staff import dormant

DAYS_OF_A_MONTH = 30.4375  # a year's mean


class Command(BaseCommand):
    help = (
        "Members with credit or available earnings who did not sign in, and whose money did not move, for so long: CSV."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--months", type=int, default=12, choices=range(1, 241), metavar="MONTHS")

    def handle(self, *args, months: int, **options) -> None:
        since = timezone.now() - timedelta(days=months * DAYS_OF_A_MONTH)
        dormant.write_csv(self.stdout, dormant.found(since=since))
