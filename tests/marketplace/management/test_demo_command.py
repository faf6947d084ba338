"""`manage.py demo` fills an empty database once, by the services, so that the books are clean afterwards."""

from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.db.models import F
from django.utils import timezone

from calls.metering.models import PaidPeriod
from calls.robots import roster
from marketplace.accounts.models import User
from marketplace.experts.models import Category, Presence, Profile
from marketplace.listings.models import Listing
from marketplace.management.demo_data import people
from marketplace.search import services as search
from payouts.earnings import services as earnings
from payouts.wallet import services as wallet


@pytest.fixture
def demo(settings, tmp_path):
    settings.DEMO = settings.DEBUG = settings.STRIPE_SANDBOX = True
    settings.VAR_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "uploads"
    settings.EMAIL_FILE_PATH = tmp_path / "mails"
    return settings


@pytest.fixture
def made(demo, transactional_db):
    """Not in one transaction, because the sandbox is asked as Stripe would be."""
    call_command("demo", stdout=StringIO())


def person(name: str) -> User:
    return User.objects.get(name=name)


class RefusalTests:
    def test_without_the_demo_switch_nothing_is_made(self, settings, db):
        settings.DEMO = False
        with pytest.raises(CommandError):
            call_command("demo")
        assert not User.objects.exists()

    def test_where_anybody_is_nothing_is_made(self, demo, alice):
        call_command("demo")
        assert list(User.objects.all()) == [alice]


class InterruptedTests:
    def test_half_a_demo_is_said_and_not_kept_for_ever(self, demo, transactional_db, monkeypatch):
        def ctrl_c(*_args, **_options):
            raise KeyboardInterrupt

        monkeypatch.setattr("marketplace.management.commands.demo.builder.all_experts", ctrl_c)
        with pytest.raises(KeyboardInterrupt):
            call_command("demo", stdout=StringIO())
        monkeypatch.undo()
        with pytest.raises(CommandError, match="make reset"):
            call_command("demo", stdout=StringIO())


@pytest.mark.prove
class DemoDataTests:
    def test_a_believable_directory_with_every_book_in_order(self, made, demo, client):
        self.everybody_is_ready()
        self.everybody_has_a_door(client.get("/demo/", REMOTE_ADDR="127.0.0.1", HTTP_HOST="127.0.0.1:8000"))
        self.prices_are_within_the_rules()
        self.two_experts_are_robots(demo)
        self.the_past_is_paid_and_settled()
        assert verify() == ""
        call_command("demo", stdout=StringIO())  # is finished: nothing happens
        assert verify() == ""

    def everybody_is_ready(self):
        assert Profile.objects.count() == len(people.EXPERTS)
        assert Profile.objects.values("category").distinct().count() == len(people.CATEGORIES)
        assert Category.objects.filter(parent=None).count() == len(people.SHELVES) + 1  # the robots' stands alone
        assert Profile.objects.exclude(greeting="").count() == 2
        assert not PaidPeriod.objects.filter(captured_at__lt=F("payer__date_joined")).exists()
        assert search.find().total == len(people.EXPERTS)
        assert all(profile.photo and profile.published_at for profile in Profile.objects.all())
        assert EmailAddress.objects.filter(verified=True).count() == User.objects.count()
        assert person(people.STAFF).is_staff
        assert not Presence.objects.exclude(state="away").exists()

    def everybody_has_a_door(self, page):
        """The robots' and the earner's at once, the others' behind one more press."""
        at_once, others = page.content.decode().split("Everybody else")
        doors = [f"Sign in as {name}" for name in ("Robin Ferro", "Cleo Stahl", people.EARNER, people.CALLER)]
        assert [door for door in doors if door not in at_once] == []
        assert (at_once + others).count('aria-label="Sign in as ') == User.objects.count()

    def prices_are_within_the_rules(self):
        for listing in Listing.objects.all():
            assert 20 <= (listing.rate_minor or 20) <= 1_000
            assert 100 <= (listing.price_minor or 100) <= 50_000

    def two_experts_are_robots(self, demo):
        robots = roster.known(demo.VAR_DIR)
        assert sorted(entry.offers for entry in robots.values()) == ["act_of_time", "per_minute"]
        for slug, entry in robots.items():
            member = Profile.objects.get(slug=slug).user
            assert member.email == entry.email
            assert member.check_password(entry.password)

    def the_past_is_paid_and_settled(self):
        assert set(PaidPeriod.objects.values_list("state", flat=True)) == {"ended"}
        assert {"cap", "hung_up", "act_done"} == set(PaidPeriod.objects.values_list("end_reason", flat=True))
        assert all(period.captured_at < timezone.now() for period in PaidPeriod.objects.all())
        summary = earnings.summary(expert=person(people.EARNER))
        assert summary.available.minor >= 2_000  # enough to withdraw at once
        assert summary.pending.minor > 0
        assert wallet.credit(member=person(people.CALLER)).minor >= 2_000
        assert wallet.credit(member=person(people.SECOND_CALLER)).minor == 0
        assert not wallet.is_anything_held()
        assert person(people.EARNER).rating.number == 2


def verify() -> str:
    """What verify_ledger complains about."""
    complaints = StringIO()
    call_command("verify_ledger", stdout=StringIO(), stderr=complaints)
    return complaints.getvalue()
