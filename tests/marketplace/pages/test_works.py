"""Acts of work on an expert's page: added, changed, taken off; nobody else's."""

import pytest

from marketplace.listings import services as listings
from marketplace.listings.models import Listing
from tests import cast

pytestmark = pytest.mark.django_db
TERMS = {"title": "A letter", "description": "To the office.", "delivery_days": "5", "price": "40.00"}


@pytest.fixture
def work(bob):
    return listings.add_work(
        profile=bob.profile, title="A letter", description="To the office.", delivery_days=5, price_minor=4_000
    )


class WorkTests:
    def test_it_is_added_and_shown(self, bob, signed_in):
        assert signed_in(bob).post("/me/works/add/", TERMS).status_code == 302
        work = Listing.objects.get(kind="act_of_work")
        assert (work.price_minor, work.delivery_days) == (4_000, 5)
        assert "delivered in 5 days" in signed_in(bob).get("/me/").content.decode()
        assert "To the office." in signed_in(cast.alice()).get(f"/experts/{bob.profile.slug}/").content.decode()

    @pytest.mark.parametrize(
        "bad", [{"price": "0.99"}, {"price": "500.01"}, {"price": "-1"}, {"delivery_days": "0"}, {"description": ""}]
    )
    def test_bad_terms_add_nothing(self, bob, signed_in, bad):
        assert signed_in(bob).post("/me/works/add/", TERMS | bad).status_code == 200
        assert not Listing.objects.filter(kind="act_of_work").exists()

    def test_it_is_changed_and_taken_off(self, bob, work, signed_in):
        signed_in(bob).post(f"/me/works/{work.pk}/", TERMS | {"price": "35"})
        work.refresh_from_db()
        assert work.price_minor == 3_500
        signed_in(bob).post(f"/me/acts/{work.pk}/take-off/")
        work.refresh_from_db()
        assert not work.active

    def test_a_stranger_finds_nothing(self, work, signed_in):
        eve = signed_in(cast.expert("Eve Stranger"))
        assert eve.get(f"/me/works/{work.pk}/").status_code == 404
        assert eve.post(f"/me/acts/{work.pk}/take-off/").status_code == 404
