from django.core.management.base import BaseCommand, CommandParser

from payouts.earnings import quarters
from payouts.staff import tax


class Command(BaseCommand):
    help = "What each expert was paid in a year, quarter by quarter, as tax reports of platforms need it: CSV to standard output."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--year", type=int, required=True, choices=quarters.YEARS, metavar="YEAR")
        parser.add_argument("--quarter", type=int, choices=quarters.QUARTERS)

    def handle(self, *args, year: int, quarter: int | None, **options) -> None:
        tax.write_csv(self.stdout, quarters.of_all(year=year, quarter=quarter))
