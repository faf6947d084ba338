from argparse import ArgumentTypeError
from datetime import timedelta
from time import monotonic

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.management.demo_data import builder, past, people
from marketplace.management.demo_data.synthetic import filling

CREDIT_MINOR = 5_000
EXPERTS_MAX = 10_000_000


def _count(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 0 < int(text) <= EXPERTS_MAX:
        raise ArgumentTypeError(_("give a number from 1 to %(most)s") % {"most": EXPERTS_MAX})
    return int(text)


class Command(BaseCommand):
    help = "Fill an empty database with the demo's people, and with synthetic experts by the thousand if asked for."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--experts", type=_count, help="bring the synthetic experts up to this number")
        parser.add_argument("--seed", type=int, default=1, help="another one makes other synthetic experts")
        parser.add_argument(
            "--empty-site", action="store_true", help="synthetic experts where DEMO is off and nobody else is there"
        )

    def handle(self, *, experts: int | None = None, seed: int = 1, empty_site: bool = False, **options) -> None:
        if not settings.DEMO and not (experts and empty_site):
            raise CommandError(_("Demo data needs DEMO=1 (with DEBUG=1 and STRIPE_SANDBOX=1)."))
        if settings.DEMO:
            self.make_people()
        elif User.objects.count() != filling.experts().count():
            raise CommandError(_("There are members on this site: synthetic experts are for an empty one."))
        if experts:
            self.make_synthetic(experts, seed)

    def is_unfinished(self) -> bool:
        """One transaction cannot hold it, because credit is bought in the sandbox: so the staff member comes last."""
        first, last = builder.email_of(people.CALLER), builder.email_of(people.STAFF)
        return set(User.objects.filter(email__in=[first, last]).values_list("email", flat=True)) == {first}

    def make_people(self) -> None:
        """Does nothing when anybody is there already."""
        if self.is_unfinished():
            raise CommandError(_("The demo data were not finished. Begin again: make reset, then make run."))
        if User.objects.exists():
            return
        now = timezone.now()
        began = now - timedelta(days=past.DAYS)
        caller = builder.member(people.CALLER, date_joined=began)
        second = builder.member(people.SECOND_CALLER, date_joined=began)
        experts = builder.all_experts(now=began)
        past.live_through(callers=(caller, second), expert=experts[people.EARNER], now=now)
        builder.buy_credit(caller, CREDIT_MINOR, now=now)
        builder.member(people.STAFF, is_staff=True, is_superuser=True)
        self.stdout.write(_("Made %(count)s demo experts.") % {"count": len(experts)})

    def make_synthetic(self, count: int, seed: int) -> None:
        started, before = monotonic(), filling.experts().count()

        def tell(made: int) -> None:
            speed = round((made - before) / (monotonic() - started))
            self.stdout.write(_("%(made)s experts, %(speed)s a second") % {"made": made, "speed": speed})

        builder.categories()  # those that they stand in
        filling.fill(count=count, seed=seed, now=timezone.now(), tell=tell)
