import pytest

from marketplace.listings import services as listings
from marketplace.listings.models import Listing
from tests import cast


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
