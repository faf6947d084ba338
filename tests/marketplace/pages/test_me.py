from datetime import timedelta

import pytest
from django.urls import reverse

from calls.models import Call, Message, Room
from marketplace.experts.models import Presence, Profile
from marketplace.pages import words
from marketplace.search import services as search
from tests import cast
from tests.calls.metering.world import Story


@pytest.fixture
def letter(alice, bob) -> Message:
    return Message.objects.create(sender=alice, recipient=bob, text="<b>Call me</b>", sent_at=cast.NOW)


def called(caller, expert, state="ended", **more) -> Call:
    room, _ = Room.objects.get_or_create(caller=caller, expert=expert, defaults={"created_at": cast.NOW})
    talked = {"started_at": cast.NOW, "ended_at": cast.NOW + timedelta(seconds=760)} if state == "ended" else {}
    return Call.objects.create(
        room=room, caller=caller, expert=expert, state=state, rang_at=cast.NOW, ring_until=cast.NOW, **(talked | more)
    )


class MeTests:
    def test_is_for_members(self, client, db):
        assert client.get("/me/")["Location"] == "/accounts/login/?next=/me/"

    def test_is_never_cached(self, signed_in, alice):
        """The back button after signing out must not show it."""
        assert "no-store" in signed_in(alice).get("/me/").headers["Cache-Control"]

    def test_shows_an_expert_what_they_offer(self, signed_in, bob):
        page = signed_in(bob).get("/me/").content.decode()
        for told in ("Helps with taxes", "€2.00", "Half an hour on your tax return", "€25.00", "Set away"):
            assert told in page

    def test_invites_a_caller_to_become_an_expert(self, signed_in, alice):
        assert "Become an expert" in signed_in(alice).get("/me/").content.decode()

    def test_shows_calls_made_and_received_with_their_receipts(self, signed_in, alice, bob):
        call = called(alice, bob, line="About my lease")
        called(alice, bob, state="missed")
        for person, other in ((alice, "Bob Leroy"), (bob, "Alice Martin")):
            page = signed_in(person).get("/me/").content.decode()
            assert other in page
            assert "12 min 40 s" in page
            assert "About my lease" in page
            assert reverse("receipt", args=[call.pk]) in page

    def test_shows_what_an_act_cost_without_what_came_back(self, db, signed_in):
        story = Story(credit=2_500).go_act().after(600)
        story.hang_up()
        for person in (story.alice, story.bob):
            page = signed_in(person).get("/me/").content.decode()
            assert "€8.33" in page
        assert "€25.00" not in signed_in(story.alice).get("/me/").content.decode()

    def test_shows_eve_nothing_of_it(self, signed_in, alice, bob, eve, letter):
        called(alice, bob)
        page = signed_in(eve).get("/me/").content.decode()
        assert "Bob Leroy" not in page
        assert "Call me" not in page

    def test_takes_few_queries_however_much_there_is(self, signed_in, alice, bob, django_assert_max_num_queries):
        client = signed_in(bob)
        for _ in range(5):
            called(alice, bob)
            Message.objects.create(sender=alice, recipient=bob, text="Hello", sent_at=cast.NOW)
        with django_assert_max_num_queries(20):
            client.get("/me/")


class VisibilityTests:
    def chosen(self, signed_in, bob, visibility: str) -> str:
        page = signed_in(bob).post("/me/visibility/", {"visibility": visibility}, follow=True).content.decode()
        bob.profile.refresh_from_db()
        assert f'<option value="{bob.profile.visibility}" selected>' in page
        return page

    @pytest.mark.parametrize("visibility", ["private", "unlisted", "listed"])
    def test_is_chosen_and_search_follows_at_once(self, signed_in, bob, visibility):
        assert "Saved." in self.chosen(signed_in, bob, visibility)
        assert bob.profile.visibility == visibility
        assert search.find(text="taxes").total == (visibility == "listed")

    def test_of_what_there_is_not_changes_nothing(self, signed_in, bob):
        self.chosen(signed_in, bob, "private")
        assert "Please choose who sees your page." in self.chosen(signed_in, bob, "nobody at all")
        assert bob.profile.visibility == "private"


class LetterTests:
    def test_is_shown_as_text_and_marked_as_read(self, signed_in, bob, letter):
        client = signed_in(bob)
        page = client.get("/me/").content.decode()
        assert "&lt;b&gt;Call me&lt;/b&gt;" in page
        assert "Mark as read" in page
        client.post(f"/me/messages/{letter.pk}/read/")
        letter.refresh_from_db()
        assert letter.read_at
        assert "Mark as read" not in client.get("/me/").content.decode()

    def test_to_bob_is_not_found_by_eve(self, signed_in, eve, letter):
        assert signed_in(eve).post(f"/me/messages/{letter.pk}/read/").status_code == 404
        letter.refresh_from_db()
        assert letter.read_at is None


class PresenceSwitchTests:
    def test_sets_away_and_available_again(self, signed_in, bob):
        cast.online(bob)
        client = signed_in(bob)
        client.post("/me/presence/", {"chosen": "away"})
        assert Presence.objects.get(user=bob).state == Presence.State.AWAY
        client.post("/me/presence/", {"chosen": "free"})
        assert Presence.objects.get(user=bob).state == Presence.State.FREE

    @pytest.mark.parametrize(("chosen", "seen"), [("busy", "busy"), ("dnd", "busy"), ("invisible", "away")])
    def test_from_the_menu_of_any_page_and_back_to_it(self, signed_in, bob, chosen, seen):
        cast.online(bob)
        client = signed_in(bob)
        page = client.get("/?q=tax").content.decode()
        assert 'name="next" value="/?q=tax"' in page
        answer = client.post("/me/presence/", {"chosen": chosen, "next": "/?q=tax"})
        assert answer["Location"] == "/?q=tax"
        page = client.get(answer["Location"]).content.decode()
        assert f'data-presence-of="{bob.pk}" data-state="{seen}"' in page.split("<main")[0]
        assert f'value="{chosen}" aria-pressed="true"' in page
        assert page.count('aria-pressed="true"') == 1
        assert str(words.OF_CHOICES[chosen]) in page

    @pytest.mark.parametrize("next_page", ["https://evil.example/", "//evil.example"])
    def test_never_to_another_site(self, signed_in, bob, next_page):
        answer = signed_in(bob).post("/me/presence/", {"chosen": "busy", "next": next_page})
        assert "evil" not in answer["Location"]

    @pytest.mark.parametrize("wrong", [{}, {"chosen": "gone"}, {"chosen": "busy", "for": "9"}])
    def test_what_makes_no_sense_changes_nothing(self, signed_in, bob, wrong):
        cast.online(bob)
        page = signed_in(bob).post("/me/presence/", wrong, follow=True).content.decode()
        assert "Please choose what others see of you" in page
        assert Presence.objects.get(user=bob).state == Presence.State.FREE

    def test_who_has_no_public_page_has_no_such_menu(self, signed_in, alice, bob):
        assert "presence-menu" not in signed_in(alice).get("/").content.decode()
        Profile.objects.update(published_at=None)
        assert "presence-menu" not in signed_in(bob).get("/").content.decode()

    def test_is_for_experts(self, signed_in, alice):
        assert signed_in(alice).post("/me/presence/", {"chosen": "away"}).status_code == 404

    def test_is_no_link(self, signed_in, bob):
        assert signed_in(bob).get("/me/presence/").status_code == 405
