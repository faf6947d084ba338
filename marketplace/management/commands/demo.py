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

    def handle(self, **options):
        if not settings.DEMO:
            raise CommandError(_("Demo data needs DEMO=1 (with DEBUG=1 and STRIPE_SANDBOX=1)."))
        if User.objects.exists():
            return
        now = timezone.now()
        builder.member(people.STAFF, is_staff=True, is_superuser=True)
        caller = builder.member(people.CALLER)
        second = builder.member(people.SECOND_CALLER)
        experts = builder.all_experts(now=now - timedelta(days=past.DAYS))
        past.live_through(callers=(caller, second), expert=experts[people.EARNER], now=now)
        builder.buy_credit(caller, CREDIT_MINOR, now=now)
        self.stdout.write(_("Made %(count)s demo experts.") % {"count": len(experts)})
