"""*Publish profile* in two windows, and beside the account's closing: with threads, on PostgreSQL."""

import pytest

from marketplace.closing import services as closing
from marketplace.experts import drafts
from marketplace.experts.models import Category, Profile
from marketplace.listings import services as listings
from marketplace.listings.models import Listing
from tests import cast
from tests.marketplace.closing.test_races import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
COST, LOOK = "/become-an-expert/3/", "/become-an-expert/4/"


@pytest.fixture
def draft(alice) -> Profile:
    law = Category.objects.create(slug="law", name="Law")
    about = {"headline": "Leases", "bio": "I read contracts.", "languages": ["en"]}
    profile = drafts.keep(member=alice, category=law, **about)
    listings.set_rate(profile=profile, rate_minor=200)
    return profile


class RaceTests:
    def test_pressed_in_many_windows_it_is_published_once(self, draft, alice, signed_in):
        windows = [signed_in(alice) for _ in range(4)]
        answers = at_once(*[lambda window=window: window.post(LOOK)["Location"] for window in windows])
        assert set(answers) == {"/experts/alice-martin/"}
        assert Profile.objects.shown().count() == 1

    def test_one_rate_is_kept_whichever_window_was_last(self, draft, alice, signed_in):
        windows = [signed_in(alice) for _ in range(4)]
        at_once(*[lambda w=w, n=n: w.post(COST, {"rate": f"{n}.00"}) for n, w in enumerate(windows, start=2)])
        assert Listing.objects.get().rate_minor in (200, 300, 400, 500)

    def test_who_closes_the_account_at_that_moment_is_not_public_afterwards(self, draft, alice, signed_in, now):
        for _ in range(5):
            window = signed_in(alice)
            at_once(lambda window=window: window.post(LOOK), lambda: closing.ask(member=cast.alice(), now=now))
            assert closing.open_of(alice)
            assert not Profile.objects.shown().exists()
            closing.keep(member=alice, now=now)
            Profile.objects.update(published_at=None)
