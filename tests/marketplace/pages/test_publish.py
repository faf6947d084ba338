from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from marketplace.experts.models import Category, Profile
from marketplace.listings.models import Listing
from tests import cast

PAGE = "/become-an-expert/"


@pytest.fixture
def said(db):
    category = Category.objects.create(slug="law", name="Law")
    return {
        "headline": "Leases read with you",
        "bio": "I read contracts.",
        "category": category.pk,
        "languages": ["en", "fr"],
        "skills": "leases, deposits,  leases",
        "place": "Lyon",
        "rate": "2.50",
    }


class BecomeAnExpertTests:
    def test_asks_visitors_to_sign_in_and_brings_them_back(self, client, db):
        assert client.get(PAGE)["Location"] == f"/accounts/login/?next={PAGE}"

    def test_publishes_profile_and_rate(self, signed_in, alice, said):
        answer = signed_in(alice).post(PAGE, said)
        assert answer["Location"] == "/experts/alice-martin/"
        profile = Profile.objects.get(user=alice)
        assert (profile.skills, profile.languages) == (["leases", "deposits"], ["en", "fr"])
        assert cast.rate_of(alice).rate_minor == 250

    def test_is_editable_again_by_its_owner(self, signed_in, bob, said):
        client = signed_in(bob)
        assert "Helps with taxes" in client.get(PAGE).content.decode()
        client.post(PAGE, said | {"headline": "Something new"})
        bob.profile.refresh_from_db()
        assert (bob.profile.headline, bob.profile.slug) == ("Something new", "bob-leroy")

    def test_of_eve_is_hers_and_leaves_bobs_alone(self, signed_in, bob, eve, said):
        signed_in(eve).post(PAGE, said | {"user": bob.pk, "slug": "bob-leroy"})
        bob.profile.refresh_from_db()
        assert bob.profile.headline == "Helps with taxes"
        assert Profile.objects.get(user=eve).slug == "eve-stranger"

    @pytest.mark.parametrize(
        "rate", ["", "0", "0.19", "10.01", "-2", "2.505", "1e2", "1,000.00", "٢", "free", "9" * 30]
    )
    def test_publishes_nothing_at_a_bad_rate(self, signed_in, alice, said, rate):
        answer = signed_in(alice).post(PAGE, said | {"rate": rate})
        assert "Please check this form" in answer.content.decode()
        assert not Profile.objects.exists()
        assert not Listing.objects.exists()

    @pytest.mark.parametrize(("rate", "minor"), [("2", 200), ("2,5", 250), ("0.20", 20), ("10", 1000), (" 3.99 ", 399)])
    def test_reads_the_rate_exactly(self, signed_in, alice, said, rate, minor):
        signed_in(alice).post(PAGE, said | {"rate": rate})
        assert cast.rate_of(alice).rate_minor == minor

    @pytest.mark.parametrize(
        ("field", "value", "problem"),
        [
            ("headline", "x" * 121, "at most 120 characters"),
            ("headline", "", "This field is required"),
            ("bio", "x" * 4001, "at most 4000 characters"),
            ("category", "999999", "Select a valid choice"),
            ("languages", ["tlh"], "tlh is not one of the available choices"),
            ("skills", ",".join(f"s{n}" for n in range(9)), "At most 8 skills."),
            ("skills", "x" * 31, "at most 30 characters"),
        ],
    )
    def test_says_what_is_wrong(self, signed_in, alice, said, field, value, problem):
        answer = signed_in(alice).post(PAGE, said | {field: value})
        assert not Profile.objects.exists()
        assert problem in answer.content.decode()

    def test_takes_a_photo(self, signed_in, alice, said, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        file = BytesIO()
        Image.new("RGB", (600, 400), "teal").save(file, "PNG")
        signed_in(alice).post(PAGE, said | {"photo": SimpleUploadedFile("../../me.exe", file.getvalue())})
        assert Profile.objects.get(user=alice).photo.startswith("photos/")

    def test_refuses_what_is_no_photo_and_publishes_nothing(self, signed_in, alice, said):
        upload = SimpleUploadedFile("me.jpg", b"<html><script>alert(1)</script>", content_type="image/jpeg")
        answer = signed_in(alice).post(PAGE, said | {"photo": upload})
        assert "This file is not a photo" in answer.content.decode()
        assert not Profile.objects.exists()


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

    def test_a_category_with_a_commission_of_its_own_leaves_another_part(self, signed_in, bob, said):
        Category.objects.filter(slug="money").update(commission_percent=10)
        assert "You keep 90 %." in signed_in(bob).get("/me/acts/add/").content.decode()
        assert "You keep 70 % (Money and taxes 90 %)." in signed_in(bob).get(PAGE).content.decode()


class FreeMinutesTests:
    def test_an_expert_gives_minutes_of_their_own(self, signed_in, bob, alice, said):
        client = signed_in(bob)
        client.post(PAGE, said | {"free_minutes": "3"})
        assert cast.rate_of(bob).free_minutes == 3
        assert 'value="3"' in client.get(PAGE).content.decode()
        assert "the first 3 minutes free" in client.get("/me/").content.decode()
        profile = " ".join(signed_in(alice).get("/experts/bob-leroy/").content.decode().split())
        assert "the first 3 min of that are free too" in profile

    def test_and_takes_them_back(self, signed_in, bob, alice, said):
        Listing.objects.filter(kind="per_minute").update(free_minutes=3)
        signed_in(bob).post(PAGE, said | {"free_minutes": ""})
        assert cast.rate_of(bob).free_minutes == 0
        assert "the first 30 s of that are free too" in signed_in(alice).get("/experts/bob-leroy/").content.decode()

    @pytest.mark.parametrize("typed", ["-1", "61", "1.5", "two", "9" * 30])
    def test_what_is_no_number_of_minutes_is_told_and_changes_nothing(self, signed_in, bob, said, typed):
        answer = signed_in(bob).post(PAGE, said | {"free_minutes": typed, "rate": "9.00"})
        assert answer.status_code == 200
        assert "Choose from 0 to 60 free minutes." in answer.content.decode()
        assert (cast.rate_of(bob).free_minutes, cast.rate_of(bob).rate_minor) == (0, 200)
