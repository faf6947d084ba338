from decimal import Decimal

import pytest
from django.db import IntegrityError

from marketplace.experts.models import Category
from marketplace.listings import services as listings
from marketplace.listings.models import Listing
from payouts.money import Money
from payouts.office.models import AuditRecord
from payouts.office.services import PartyToIt
from tests import cast
from tests.payouts.purse import connect_bank


class SetRateTests:
    def test_changes_the_one_rate(self, bob):
        before = cast.rate_of(bob)
        assert listings.set_rate(profile=bob.profile, rate_minor=350) == before
        assert cast.rate_of(bob).rate_minor == 350

    @pytest.mark.parametrize("rate_minor", [-200, 0, 19, 1_001, 10**12])
    def test_refuses_what_is_outside_the_limits_and_names_them(self, bob, rate_minor):
        with pytest.raises(listings.BadPrice, match="€0.20 to €10.00"):
            listings.set_rate(profile=bob.profile, rate_minor=rate_minor)
        assert cast.rate_of(bob).rate_minor == 200

    @pytest.mark.parametrize("rate_minor", [20, 1_000])
    def test_takes_the_limits_themselves(self, bob, rate_minor):
        assert listings.set_rate(profile=bob.profile, rate_minor=rate_minor).rate_minor == rate_minor


class FreeMinutesTests:
    def test_they_replace_the_sites_seconds_where_they_are_longer(self, bob):
        assert listings.free_ms(cast.rate_of(bob)) == 30_000
        listings.set_rate(profile=bob.profile, rate_minor=200, free_minutes=2)
        assert listings.free_ms(cast.rate_of(bob)) == 120_000
        assert listings.free_ms(cast.act_of(bob)) == 0

    def test_another_rate_leaves_them_as_they_are(self, bob):
        listings.set_rate(profile=bob.profile, rate_minor=200, free_minutes=2)
        listings.set_rate(profile=bob.profile, rate_minor=300)
        assert cast.rate_of(bob).free_minutes == 2

    @pytest.mark.parametrize("minutes", [-1, 61, 10**6])
    def test_more_than_an_hour_or_less_than_none_is_refused(self, bob, minutes):
        with pytest.raises(listings.BadPrice, match="0 to 60"):
            listings.set_rate(profile=bob.profile, rate_minor=300, free_minutes=minutes)
        assert (cast.rate_of(bob).rate_minor, cast.rate_of(bob).free_minutes) == (200, 0)


class ActTests:
    def test_is_added_beside_the_others(self, bob):
        listings.add_act(profile=bob.profile, title="An hour", length_minutes=60, price_minor=5_000)
        assert bob.profile.listings.filter(kind=Listing.Kind.ACT_OF_TIME).count() == 2

    @pytest.mark.parametrize(("length", "price"), [(4, 500), (481, 500), (30, 99), (30, 50_001), (30, -1)])
    def test_is_refused_outside_the_limits(self, bob, length, price):
        with pytest.raises(listings.BadPrice):
            listings.add_act(profile=bob.profile, title="Odd", length_minutes=length, price_minor=price)

    def test_taken_off_stays_for_the_receipts(self, bob):
        act = cast.act_of(bob)
        listings.take_off(act=act)
        act.refresh_from_db()
        assert not act.active

    def test_more_than_twenty_are_too_many(self, bob):
        for number in range(listings.ACTS_MAX - 1):
            listings.add_act(profile=bob.profile, title=f"Act {number}", length_minutes=30, price_minor=500)
        with pytest.raises(listings.TooManyActs):
            listings.add_act(profile=bob.profile, title="One more", length_minutes=30, price_minor=500)


class HighRateTests:
    """PRODUCT.md, section 3: staff may allow up to 100.00 to a verified expert."""

    def allow(self, bob, sam, highest: str | None, now) -> None:
        sum_ = highest and Money(int(Decimal(highest) * 100), "EUR")
        listings.allow_rate(profile=bob.profile, staff=sam, highest=sum_ or None, reason="a known surgeon", now=now)

    def test_an_expert_whom_stripe_checked_may_be_allowed_up_to_a_hundred(self, bob, sam, now):
        connect_bank(bob)
        self.allow(bob, sam, "100.00", now)
        bob.profile.refresh_from_db()
        assert listings.set_rate(profile=bob.profile, rate_minor=10_000).rate_minor == 10_000
        with pytest.raises(listings.BadPrice, match="€0.20 to €100.00"):
            listings.set_rate(profile=bob.profile, rate_minor=10_001)
        assert AuditRecord.objects.get(act="rate.allow").reason == "€100.00: a known surgeon"

    def test_nobody_else_is_allowed_it(self, bob, sam, now):
        with pytest.raises(listings.NotVerified):
            self.allow(bob, sam, "50.00", now)
        connect_bank(bob)
        for too_much in ("100.01", "9.99"):
            with pytest.raises(listings.BadPrice):
                self.allow(bob, sam, too_much, now)
        with pytest.raises(listings.BadPrice):
            listings.set_rate(profile=bob.profile, rate_minor=1_001)
        assert not AuditRecord.objects.exists()

    def test_staff_allow_themselves_nothing(self, bob, now):
        connect_bank(bob)
        with pytest.raises(PartyToIt):
            self.allow(bob, bob, "50.00", now)

    def test_taken_back_it_brings_the_rate_down(self, bob, sam, now):
        connect_bank(bob)
        self.allow(bob, sam, "50.00", now)
        bob.profile.refresh_from_db()
        listings.set_rate(profile=bob.profile, rate_minor=4_000)
        self.allow(bob, sam, None, now)
        assert cast.rate_of(bob).rate_minor == 1_000


class CommissionTests:
    def test_it_is_that_of_the_site_where_the_category_has_none(self, bob):
        assert listings.commission_percent(bob.profile) == 30

    @pytest.mark.parametrize("percent", [0, 15, 100])
    def test_a_category_may_have_its_own(self, bob, percent):
        bob.profile.category.commission_percent = percent
        assert listings.commission_percent(bob.profile) == percent

    def test_no_category_has_more_than_all_of_it(self, bob):
        with pytest.raises(IntegrityError):
            Category.objects.update(commission_percent=101)
