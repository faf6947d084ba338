from datetime import timedelta

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.management.demo_data import builder, past, people

CREDIT_MINOR = 5_000


class Command(BaseCommand):
    help = "Fill an empty database with the demo's people. Does nothing when anybody is there already."

    def is_unfinished(self) -> bool:
        """One transaction cannot hold it, because credit is bought in the sandbox: so the staff member comes last."""
        first, last = builder.email_of(people.CALLER), builder.email_of(people.STAFF)
        return set(User.objects.filter(email__in=[first, last]).values_list("email", flat=True)) == {first}

    def handle(self, **options):
        if not settings.DEMO:
            raise CommandError(_("Demo data needs DEMO=1 (with DEBUG=1 and STRIPE_SANDBOX=1)."))
        if self.is_unfinished():
            raise CommandError(_("The demo data were not finished. Begin again: make reset, then make run."))
        if User.objects.exists():
            return
        now = timezone.now()
        caller = builder.member(people.CALLER)
        second = builder.member(people.SECOND_CALLER)
        experts = builder.all_experts(now=now - timedelta(days=past.DAYS))
        past.live_through(callers=(caller, second), expert=experts[people.EARNER], now=now)
        builder.buy_credit(caller, CREDIT_MINOR, now=now)
        builder.member(people.STAFF, is_staff=True, is_superuser=True)
        self.stdout.write(_("Made %(count)s demo experts.") % {"count": len(experts)})
