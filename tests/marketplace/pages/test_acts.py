import pytest

from marketplace.experts.models import Category
from marketplace.listings.models import Listing
from tests import cast

RATE = "/become-an-expert/3/"
ACT = {"title": "An hour on your contract", "length_minutes": "60", "price": "49.90"}


class ActTests:
    def test_is_added_and_shown(self, signed_in, bob):
        client = signed_in(bob)
        assert client.post("/me/acts/add/", ACT)["Location"] == "/me/"
        assert "€49.90" in client.get("/experts/bob-leroy/").content.decode()

    def test_is_changed(self, signed_in, bob):
        act = cast.act_of(bob)
        signed_in(bob).post(f"/me/acts/{act.pk}/", ACT)
        act.refresh_from_db()
        assert (act.title, act.length_minutes, act.price_minor) == ("An hour on your contract", 60, 4_990)

    def test_is_taken_off(self, signed_in, bob):
        act = cast.act_of(bob)
        signed_in(bob).post(f"/me/acts/{act.pk}/take-off/")
        act.refresh_from_db()
        assert not act.active

    @pytest.mark.parametrize(
        "wrong",
        [{"price": "0.99"}, {"price": "500.01"}, {"length_minutes": "4"}, {"length_minutes": "-30"}, {"title": ""}],
    )
    def test_is_refused_with_bad_terms(self, signed_in, bob, wrong):
        assert "Please check this form" in signed_in(bob).post("/me/acts/add/", ACT | wrong).content.decode()
        assert bob.profile.listings.filter(kind=Listing.Kind.ACT_OF_TIME).count() == 1

    def test_of_bob_is_not_found_by_eve(self, signed_in, bob, eve):
        act, client = cast.act_of(bob), signed_in(cast.expert("Eve Stranger"))
        assert client.get(f"/me/acts/{act.pk}/").status_code == 404
        assert client.post(f"/me/acts/{act.pk}/", ACT).status_code == 404
        assert client.post(f"/me/acts/{act.pk}/take-off/").status_code == 404
        act.refresh_from_db()
        assert (act.price_minor, act.active) == (2_500, True)

    def test_is_for_experts(self, signed_in, alice):
        assert signed_in(alice).get("/me/acts/add/").status_code == 404


class ShareTests:
    def test_an_expert_reads_what_is_left_of_a_price(self, signed_in, bob):
        assert "You keep 70 %." in signed_in(bob).get("/me/acts/add/").content.decode()

    def test_a_category_with_a_commission_of_its_own_leaves_another_part(self, signed_in, bob):
        Category.objects.filter(slug="money").update(commission_percent=10)
        assert "You keep 90 %." in signed_in(bob).get("/me/acts/add/").content.decode()
        assert "You keep 90 %." in signed_in(bob).get(RATE).content.decode()


class FreeMinutesTests:
    def test_an_expert_gives_minutes_of_their_own(self, signed_in, bob, alice):
        client = signed_in(bob)
        client.post(RATE, {"rate": "2", "free_minutes": "3"})
        assert cast.rate_of(bob).free_minutes == 3
        assert 'value="3"' in client.get(RATE).content.decode()
        assert "the first 3 minutes free" in client.get("/me/").content.decode()
        profile = " ".join(signed_in(alice).get("/experts/bob-leroy/").content.decode().split())
        assert "the first 3 min of that are free too" in profile

    def test_and_takes_them_back(self, signed_in, bob, alice):
        Listing.objects.filter(kind="per_minute").update(free_minutes=3)
        signed_in(bob).post(RATE, {"rate": "2", "free_minutes": ""})
        assert cast.rate_of(bob).free_minutes == 0
        assert "the first 30 s of that are free too" in signed_in(alice).get("/experts/bob-leroy/").content.decode()

    @pytest.mark.parametrize("typed", ["-1", "61", "1.5", "two", "9" * 30])
    def test_what_is_no_number_of_minutes_is_told_and_changes_nothing(self, signed_in, bob, typed):
        answer = signed_in(bob).post(RATE, {"free_minutes": typed, "rate": "9.00"})
        assert answer.status_code == 200
        assert "Choose from 0 to 60 free minutes." in answer.content.decode()
        assert (cast.rate_of(bob).free_minutes, cast.rate_of(bob).rate_minor) == (0, 200)


class FreeOnlyTests:
    """In a category in which nothing is sold there is no price to set; what there was rests."""

    @pytest.fixture(autouse=True)
    def nothing_is_sold(self, bob):
        Category.objects.update(kind="free_only")

    def test_no_act_is_added_or_changed(self, signed_in, bob):
        client, act = signed_in(bob), cast.act_of(bob)
        for path in ("/me/acts/add/", f"/me/acts/{act.pk}/"):
            assert "Nothing is sold in Money and taxes" in client.post(path, ACT).content.decode()
        act.refresh_from_db()
        assert (bob.profile.listings.count(), act.price_minor) == (2, 2_500)

    def test_nor_one_of_work(self, signed_in, bob):
        letter = {"title": "A letter", "description": "To the office.", "delivery_days": "5", "price": "30"}
        assert "Nothing is sold in Money and taxes" in signed_in(bob).post("/me/works/add/", letter).content.decode()

    def test_the_expert_reads_on_their_own_page_that_what_they_offered_rests(self, signed_in, bob):
        Category.objects.update(kind_note="Our bank takes no money for it.")
        page = signed_in(bob).get("/me/").content.decode()
        for told in (
            "Money and taxes is free only",
            "Our bank takes no money for it.",
            "Nothing of this is sold or shown",
        ):
            assert told in page
        assert "Add an act" not in page

    def test_visitors_see_no_price_and_read_that_calls_are_free(self, client, bob):
        page = client.get("/experts/bob-leroy/").content.decode()
        assert "Calls in Money and taxes are free" in page
        assert "€" not in page
        assert '<strong class="sum">' not in client.get("/").content.decode()

    def test_what_was_offered_is_there_again_once_the_category_is_paid(self, client, bob):
        Category.objects.update(kind="paid")
        page = client.get("/experts/bob-leroy/").content.decode()
        assert "€2.00" in page
        assert "Half an hour on your tax return" in page


class ClosedTests:
    @pytest.fixture(autouse=True)
    def it_is_closed(self, bob):
        Category.objects.update(kind="closed", kind_note="The law does not let us.")
        cast.online(bob)

    def test_nobody_finds_the_experts_of_a_closed_category(self, client, signed_in, alice, bob):
        assert "Bob Leroy" not in client.get("/").content.decode()
        for path in ("/experts/bob-leroy/", "/experts/bob-leroy/similar/", "/experts/bob-leroy/photo"):
            assert client.get(path).status_code == 404
        assert signed_in(alice).post("/experts/bob-leroy/message/", {"text": "Hello"}).status_code == 404

    def test_they_are_told_where_they_look(self, signed_in, bob):
        page = signed_in(bob).get("/me/").content.decode()
        for told in ("Money and taxes is closed now", "The law does not let us.", "Choose another category"):
            assert told in page

    def test_another_category_shows_them_again(self, client, signed_in, bob):
        law = Category.objects.create(slug="law", name="Law")
        said = {"category": law.pk, "headline": "Leases", "skills": ""}
        signed_in(bob).post("/become-an-expert/", said)
        assert client.get("/experts/bob-leroy/").status_code == 200
