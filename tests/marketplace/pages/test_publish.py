"""*Become an expert*, step by step, by forms alone: no script is needed for any of it."""

import json
import re
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from marketplace.experts.models import Category, Presence, Profile
from marketplace.listings.models import Listing
from tests import cast
from tests.payouts.purse import connect_bank

PAGE = "/become-an-expert/"
ABOUT, COST, LOOK = f"{PAGE}2/", f"{PAGE}3/", f"{PAGE}4/"
PREVIEW = f"{PAGE}preview/"


@pytest.fixture
def law(db) -> Category:
    return Category.objects.create(slug="law", name="Law")


@pytest.fixture
def what(law) -> dict:
    return {"category": law.pk, "headline": "Leases read with you", "skills": "leases, deposits,  leases"}


about = {"bio": "I read contracts.", "languages": ["en", "fr"], "place": "Lyon"}
cost = {"rate": "2.50", "free_minutes": ""}


@pytest.fixture
def hers(signed_in, alice):
    return signed_in(alice)


@pytest.fixture
def drafted(hers, what):
    """Alice's browser after the three forms."""
    for path, said in ((PAGE, what), (ABOUT, about), (COST, cost)):
        hers.post(path, said)
    return hers


def read(client, path: str) -> str:
    return " ".join(client.get(path).content.decode().split())


def a_photo(name: str = "me.png") -> SimpleUploadedFile:
    file = BytesIO()
    Image.new("RGB", (600, 400), "teal").save(file, "PNG")
    return SimpleUploadedFile(name, file.getvalue())


class StepsTests:
    @pytest.mark.parametrize("path", [PAGE, ABOUT, COST, LOOK, PREVIEW])
    def test_asks_visitors_to_sign_in_and_brings_them_back(self, client, db, path):
        assert client.get(path)["Location"] == f"/accounts/login/?next={path}"

    def test_lead_one_after_another_to_a_public_page(self, hers, alice, what):
        for path, said, leads_to in ((PAGE, what, ABOUT), (ABOUT, about, COST), (COST, cost, LOOK)):
            assert hers.post(path, said)["Location"] == leads_to
        assert hers.post(LOOK)["Location"] == "/experts/alice-martin/"
        profile = Profile.objects.get(user=alice)
        assert (profile.skills, profile.languages) == (["leases", "deposits"], ["en", "fr"])
        assert cast.rate_of(alice).rate_minor == 250
        assert "Your profile is public." in read(hers, "/experts/alice-martin/")

    def test_begin_with_the_first(self, hers, law):
        for path in (ABOUT, COST, LOOK):
            assert hers.get(path)["Location"] == PAGE
            assert hers.post(path, about | cost)["Location"] == PAGE
        assert hers.get(PREVIEW).status_code == 404
        assert not Profile.objects.exists()

    def test_what_was_kept_is_taken_up_on_another_device(self, drafted, signed_in, alice):
        phone = signed_in(alice)
        assert "Leases read with you" in read(phone, PAGE)
        assert "I read contracts." in read(phone, ABOUT)
        assert 'value="2.50"' in read(phone, COST)

    def test_back_keeps_what_is_right(self, hers, what, alice):
        hers.post(PAGE, what)
        assert hers.post(ABOUT, about | {"back": "1"})["Location"] == PAGE
        assert Profile.objects.get(user=alice).bio == "I read contracts."

    def test_back_keeps_what_is_wrong_too_where_it_was_typed(self, hers, what, alice):
        hers.post(PAGE, what)
        half = {"bio": "Half a tho", "place": "Lyon", "back": "1"}  # no language yet
        assert hers.post(ABOUT, half)["Location"] == PAGE
        assert Profile.objects.get(user=alice).bio == ""
        again = read(hers, ABOUT)
        assert "Half a tho" in again
        assert "This field is required" in again

    def test_what_was_wrong_is_forgotten_once_it_is_right(self, hers, what):
        hers.post(PAGE, what)
        hers.post(ABOUT, {"bio": "Half a tho"})
        hers.post(ABOUT, about)
        assert "Half a tho" not in read(hers, ABOUT)
        assert "Please check this form" not in read(hers, ABOUT)

    def test_of_eve_are_hers_and_leave_bobs_alone(self, signed_in, bob, eve, what):
        signed_in(eve).post(PAGE, what | {"user": bob.pk, "slug": "bob-leroy"})
        bob.profile.refresh_from_db()
        assert bob.profile.headline == "Helps with taxes"
        assert Profile.objects.get(user=eve).slug == "eve-stranger"

    def test_say_which_are_done(self, drafted):
        assert read(drafted, LOOK).count("done:") >= 3

    def test_a_photo_is_kept_though_another_field_is_wrong(self, hers, what, alice, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        hers.post(PAGE, what)
        hers.post(ABOUT, {"bio": "", "photo": a_photo("../../me.exe")})
        assert Profile.objects.get(user=alice).photo.startswith("photos/")

    def test_a_photo_is_cut_where_it_was_said_and_nowhere_else(self, hers, what, alice, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        hers.post(PAGE, what)
        refused = hers.post(ABOUT, about | {"photo": a_photo(), "crop": "0 0 7"}).content.decode()
        assert "choose again which part of the photo" in refused
        assert Profile.objects.get(user=alice).photo == ""
        hers.post(ABOUT, about | {"photo": a_photo(), "crop": "0.1 0 0.5"})
        assert Profile.objects.get(user=alice).photo.startswith("photos/")

    def test_what_is_no_photo_is_told(self, hers, what, alice):
        hers.post(PAGE, what)
        upload = SimpleUploadedFile("me.jpg", b"<html><script>alert(1)</script>", content_type="image/jpeg")
        assert "This file is not a photo" in hers.post(ABOUT, about | {"photo": upload}).content.decode()
        assert Profile.objects.get(user=alice).photo == ""


class WrongTests:
    @pytest.mark.parametrize(
        "rate", ["", "0", "0.19", "10.01", "-2", "2.505", "1e2", "1,000.00", "٢", "free", "9" * 30]
    )
    def test_a_bad_rate_is_told_and_not_kept(self, hers, what, rate):
        hers.post(PAGE, what)
        assert "Please check this form" in hers.post(COST, {"rate": rate}).content.decode()
        assert not Listing.objects.exists()

    @pytest.mark.parametrize(("rate", "minor"), [("2", 200), ("2,5", 250), ("0.20", 20), ("10", 1000), (" 3.99 ", 399)])
    def test_a_rate_is_read_exactly(self, hers, alice, what, rate, minor):
        hers.post(PAGE, what)
        hers.post(COST, {"rate": rate})
        assert cast.rate_of(alice).rate_minor == minor

    @pytest.mark.parametrize(
        ("field", "value", "problem"),
        [
            ("headline", "x" * 121, "at most 120 characters"),
            ("headline", "", "This field is required"),
            ("headline", "a\0b", "Null characters are not allowed"),
            ("category", "999999", "Select a valid choice"),
            ("category", "1 OR 1=1", "Select a valid choice"),
            ("category", "", "This field is required"),
            ("skills", ",".join(f"s{n}" for n in range(9)), "At most 8 skills."),
            ("skills", "x" * 31, "at most 30 characters"),
        ],
    )
    def test_of_the_first_step_it_is_said_what_and_nothing_is_kept(self, hers, what, field, value, problem):
        assert problem in hers.post(PAGE, what | {field: value}).content.decode()
        assert not Profile.objects.exists()

    @pytest.mark.parametrize(
        ("field", "value", "problem"),
        [
            ("bio", "x" * 4001, "at most 4000 characters"),
            ("languages", ["tlh"], "tlh is not one of the available choices"),
            ("languages", [], "This field is required"),
            ("place", "x" * 81, "at most 80 characters"),
        ],
    )
    def test_of_the_second_step_too(self, hers, what, alice, field, value, problem):
        hers.post(PAGE, what)
        assert problem in hers.post(ABOUT, about | {field: value}).content.decode()
        assert Profile.objects.get(user=alice).bio == ""

    def test_what_is_shown_is_text(self, hers, what):
        hers.post(PAGE, what | {"headline": "<script>alert(1)</script>"})
        for path in (PAGE, LOOK, PREVIEW):
            assert "<script>alert(1)" not in hers.get(path).content.decode()

    def test_more_than_anybody_types_fills_no_session(self, hers, what):
        hers.post(PAGE, what)
        hers.post(ABOUT, {"bio": "x" * 500_000, "languages": [], "place": "y"})
        assert len(json.dumps(dict(hers.session))) < 30_000

    @pytest.mark.parametrize("path", [f"{PAGE}1/", f"{PAGE}5/", f"{PAGE}0/", f"{PAGE}-1/", f"{PAGE}two/", f"{PAGE}22/"])
    def test_there_are_no_other_steps(self, hers, path):
        assert hers.get(path).status_code == 404


class DraftTests:
    def test_nobody_finds_it(self, drafted, client, signed_in, bob, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        drafted.post(ABOUT, about | {"photo": a_photo()})
        for visitor in (client, signed_in(bob)):
            assert "Alice Martin" not in visitor.get("/?q=leases").content.decode()
            for path in ("/experts/alice-martin/", "/experts/alice-martin/photo", "/experts/alice-martin/similar/"):
                assert visitor.get(path).status_code == 404
            assert visitor.post("/experts/alice-martin/message/", {"text": "Hello"}).status_code in (302, 404)
        photo = drafted.get("/experts/alice-martin/photo")
        assert (photo.status_code, photo["Cache-Control"]) == (200, "private, no-store")

    def test_its_preview_is_the_profile_page_without_a_ring(self, drafted, alice):
        cast.here(alice)
        page = read(drafted, PREVIEW)
        for told in ("Preview: only you see this page", "Leases read with you", "I read contracts.", "€2.50", "€25.00"):
            assert told in page
        assert 'id="call-form"' not in page
        assert "disabled><svg" in page  # Call now

    def test_staff_do_not_read_it_either(self, drafted, signed_in, ada, alice, bob):
        staff = signed_in(ada)
        page = staff.get("/admin/marketplace/profile/").content.decode()
        assert "Helps with taxes" in page
        assert "Leases read with you" not in page
        answer = staff.get(f"/admin/marketplace/profile/{alice.profile.pk}/change/", follow=True)
        assert "I read contracts." not in answer.content.decode()

    def test_of_others_there_is_no_preview(self, drafted, signed_in, eve):
        assert signed_in(eve).get(PREVIEW).status_code == 404

    def test_ones_own_page_leads_back_to_it(self, drafted):
        page = read(drafted, "/me/")
        assert "Your profile is a draft" in page
        assert f'href="{LOOK}"' in page
        assert "Set away" not in page

    def test_without_what_a_page_must_have_it_is_not_published(self, hers, what, alice):
        hers.post(PAGE, what)
        assert hers.post(LOOK)["Location"] == ABOUT
        hers.post(ABOUT, about)
        assert hers.post(LOOK)["Location"] == COST
        assert Profile.objects.get(user=alice).published_at is None
        assert "Something is still missing" in read(hers, COST)

    def test_who_sees_it_is_chosen_with_the_press(self, drafted, client, alice):
        assert drafted.post(LOOK, {"visibility": "private"})["Location"] == "/experts/alice-martin/"
        assert drafted.get("/experts/alice-martin/").status_code == 200
        assert client.get("/experts/alice-martin/").status_code == 404

    def test_where_that_is_none_of_the_three_nothing_is_published(self, drafted, alice):
        assert drafted.post(LOOK, {"visibility": "all"})["Location"] == LOOK
        assert "Please choose who sees your page." in read(drafted, LOOK)
        assert Profile.objects.get(user=alice).published_at is None

    def test_pressed_twice_it_is_published_once(self, drafted, alice):
        drafted.post(LOOK)
        first = Profile.objects.get(user=alice).published_at
        assert drafted.post(LOOK)["Location"] == "/experts/alice-martin/"
        assert Profile.objects.get(user=alice).published_at == first

    def test_whose_page_is_open_is_free_at_once(self, drafted, alice):
        cast.here(alice)
        drafted.post(LOOK)
        assert Presence.objects.get(user=alice).state == Presence.State.FREE


class EditTests:
    def test_what_an_expert_changes_is_public_at_once(self, signed_in, bob, client, what):
        his = signed_in(bob)
        assert "Helps with taxes" in read(his, PAGE)
        assert his.post(PAGE, what | {"headline": "Something new"})["Location"] == "/me/"
        assert "Something new" in read(client, "/experts/bob-leroy/")

    def test_nothing_is_left_to_publish(self, signed_in, bob):
        his = signed_in(bob)
        assert his.get(LOOK)["Location"] == "/me/"
        assert "Publish profile" not in read(his, ABOUT)


class CategoryTests:
    def test_those_that_have_others_below_are_not_for_choosing(self, hers, law, what):
        Category.objects.create(slug="leases", name="Leases", parent=law)
        assert "Law › Leases" in re.sub("<[^>]*>", "", read(hers, PAGE))
        assert "Select a valid choice" in hers.post(PAGE, what).content.decode()
        assert not Profile.objects.exists()


class KindTests:
    def test_each_kind_is_read_before_anything_is_typed(self, hers, law):
        Category.objects.create(slug="health", name="Health", kind="free_only", kind_note="Our bank says no.")
        Category.objects.create(slug="stars", name="Stars", kind="closed")
        page = read(hers, PAGE)
        for told in ("free only", "Our bank says no.", "closed"):
            assert told in page
        assert page.count("disabled") == 1  # nobody chooses the closed one

    def test_in_a_free_only_category_no_rate_is_asked(self, hers, what, alice):
        Category.objects.update(kind="free_only")
        hers.post(PAGE, what)
        hers.post(ABOUT, about)
        assert "there is no rate and no act to set" in read(hers, COST)
        assert hers.post(COST, cost)["Location"] == LOOK
        assert hers.post(LOOK)["Location"] == "/experts/alice-martin/"
        assert not Listing.objects.exists()

    def test_into_a_closed_category_nobody_comes(self, hers, what):
        Category.objects.update(kind="closed")
        assert "This category is closed." in hers.post(PAGE, what).content.decode()
        assert not Profile.objects.exists()

    def test_a_draft_is_not_published_into_one_that_closed_meanwhile(self, drafted, alice):
        Category.objects.update(kind="closed", kind_note="The law does not let us.")
        page = read(drafted, LOOK)
        assert "Law is closed now" in page
        assert "The law does not let us." in page
        assert drafted.post(LOOK)["Location"] == PAGE
        assert Profile.objects.get(user=alice).published_at is None

    def test_a_draft_whose_category_is_paid_again_needs_a_rate(self, hers, what):
        Category.objects.update(kind="free_only")
        hers.post(PAGE, what)
        hers.post(ABOUT, about)
        Category.objects.update(kind="paid")
        assert hers.post(LOOK)["Location"] == COST


class SuggestionTests:
    @pytest.fixture
    def others(self, law):
        for number, rate in enumerate((80, 80, 80, 100, 120, 160, 160, 200)):
            user = cast.expert(f"Expert{number} Others", rate_minor=rate)
            Profile.objects.filter(user=user).update(category=law)

    def test_says_what_half_of_them_ask(self, hers, what, others):
        hers.post(PAGE, what)
        assert "In Law: half of them ask between €0.80 and €1.60 per minute." in read(hers, COST)

    def test_a_press_fills_the_field_and_keeps_the_rest(self, hers, what, others):
        hers.post(PAGE, what)
        assert hers.post(COST, {"rate": "7", "free_minutes": "2", "use": "0.80"})["Location"] == COST
        page = read(hers, COST)
        assert 'value="0.80"' in page
        assert 'name="free_minutes" value="2"' in page
        assert not Listing.objects.filter(profile__user__name="Alice Martin").exists()

    @pytest.mark.parametrize("wrong", ["-1", "<b>", "x" * 50_000, "10.01", "\0"])
    def test_a_forged_one_is_told_as_any_typed_rate(self, hers, what, others, wrong):
        hers.post(PAGE, what)
        hers.post(COST, {"use": wrong, "rate": "", "free_minutes": ""})
        page = hers.get(COST)
        assert page.status_code == 200
        assert "<b>" not in page.content.decode().replace("<br>", "")


class ChecklistTests:
    def test_says_what_is_done_and_where_the_rest_is(self, drafted, alice):
        page = read(drafted, LOOK)
        for link in (ABOUT, "/me/test-call/", "/earnings/"):
            assert f'<a href="{link}">' in page
        Profile.objects.filter(user=alice).update(photo="photos/x", bio="x" * 200, test_call_at=cast.NOW)
        connect_bank(alice)
        assert read(drafted, LOOK).count("open:") == 0

    def test_stays_on_ones_own_page_until_all_is_done(self, signed_in, bob):
        assert "What makes a good page" in read(signed_in(bob), "/me/")
        Profile.objects.filter(user=bob).update(photo="photos/x", bio="x" * 200, test_call_at=cast.NOW)
        connect_bank(bob)
        assert "What makes a good page" not in read(signed_in(bob), "/me/")

    def test_asks_for_no_test_call_where_there_is_none_to_have(self, signed_in, bob, settings):
        settings.ECHOES_AT_ONCE, settings.TURN_URLS = 0, []
        assert "A test call that came through" not in read(signed_in(bob), "/me/")


class QueryTests:
    """The session and the member take three of them; a form that is kept changes what was read as well."""

    @pytest.mark.parametrize(("path", "most"), [(PAGE, 8), (ABOUT, 7), (COST, 10), (LOOK, 8), (PREVIEW, 7)])
    def test_each_step_takes_few_however_many_experts_there_are(
        self, drafted, django_assert_max_num_queries, path, most
    ):
        for number in range(10):
            cast.expert(f"Expert{number} Others")
        with django_assert_max_num_queries(most):
            assert drafted.get(path).status_code == 200
