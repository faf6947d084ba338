import re
from datetime import time, timedelta
from io import BytesIO

import pytest
import time_machine
from django.conf import settings
from PIL import Image

from calls.rooms import services as rooms
from calls.rooms.words import for_consent_card
from marketplace.experts import hours, photos, presence
from marketplace.experts.models import Presence, Profile
from payouts.wallet import services as wallet
from tests import cast

PAGE = "/experts/bob-leroy/"


class ProfileTests:
    def test_answers_who_and_what_it_costs(self, client, bob):
        page = client.get(PAGE).content.decode()
        for told in (
            "Bob Leroy",
            "Helps with taxes",
            "English",
            "€2.00",
            "10 min:",
            "€20.00",
            "Half an hour on your tax return",
            "€25.00",
        ):
            assert told in page

    def test_lets_a_member_call_whoever_is_free(self, signed_in, alice, bob):
        cast.online(bob)
        page = signed_in(alice).get(PAGE).content.decode()
        assert '<form class="form" id="call-form" data-when="free">' in page
        assert "Call now" in page

    def test_offers_a_message_while_the_expert_is_away(self, signed_in, alice, bob):
        page = signed_in(alice).get(PAGE).content.decode()
        assert '<form class="form" id="call-form" data-when="free" hidden>' in page
        assert "Leave a message" in page

    def test_sends_a_visitor_to_sign_in_and_back(self, client, bob):
        cast.online(bob)
        page = client.get(PAGE).content.decode()
        assert "/accounts/login/?next=/experts/bob-leroy/" in page

    def test_is_not_called_by_its_owner_but_edited(self, signed_in, bob):
        page = signed_in(bob).get(PAGE).content.decode()
        assert "call-now" not in page
        assert "Edit profile" in page

    def test_of_nobody_or_unpublished_is_not_found(self, client, bob):
        assert client.get("/experts/nobody/").status_code == 404
        bob.profile.published_at = None
        bob.profile.save()
        assert client.get(PAGE).status_code == 404

    def test_shows_what_was_typed_as_text(self, client, bob):
        bob.profile.bio = '<img src=x onerror="alert(1)">\n\nSecond part'
        bob.profile.save()
        page = client.get(PAGE).content.decode()
        assert "<img src=x" not in page
        assert "<p>Second part</p>" in page

    def test_takes_six_queries_for_a_visitor_and_five_where_nobody_is_similar(
        self, client, bob, django_assert_num_queries
    ):
        """Two of them for the track record. What reviews add is in tests/marketplace/reviews/test_section.py."""
        with django_assert_num_queries(5):
            client.get(PAGE)
        for number in range(8):
            cast.online(cast.expert(f"Expert{number} Test"))
        with django_assert_num_queries(6):
            client.get(PAGE)

    def test_shows_six_similar_people_whoever_is_free_first(self, client, bob):
        for number in range(8):
            cast.expert(f"Expert{number} Test")
        cast.online(cast.expert("Cleo Stahl"))
        similar = client.get(PAGE).content.decode().split("Similar people")[1]
        assert similar.count("data-expert=") == 6
        assert re.search(r'href="/experts/([\w-]+)/"', similar)[1] == "cleo-stahl"

    def test_names_one_presence_that_of_its_expert(self, client, bob):
        cleo = cast.online(cast.expert("Cleo Stahl"))
        page = client.get(PAGE).content.decode()
        assert re.findall(r'data-testid="presence" data-presence-of="(\d+)"', page) == [str(bob.pk)]
        assert f'data-presence-of="{cleo.pk}" data-state="free"' in page


class HoursTests:
    """Usually there: the coming seven days in the expert's time zone, and as moments for the visitor's."""

    def keep(self, bob, *days):
        presence.choose_weekly_hours(
            user=bob, week=hours.checked([*days, *[()] * (7 - len(days))], "Europe/Paris"), now=cast.NOW
        )

    @time_machine.travel(cast.NOW, tick=False)
    def test_are_shown_with_the_zone_they_are_in(self, client, bob):
        self.keep(bob, [hours.Interval(540, 720), hours.Interval(840, 1080)], [hours.Interval(1200, 1440)])
        page = client.get(PAGE).content.decode()
        assert "<dt>Monday</dt><dd>09:00–12:00, 14:00–18:00</dd>" in page
        assert "<dt>Tuesday</dt><dd>20:00–24:00</dd>" in page
        assert (
            "In the expert&#x27;s time zone, Europe/Paris." in page
            or "In the expert's time zone, Europe/Paris." in page
        )
        noon = int(cast.NOW.replace(hour=11).timestamp() * 1000)
        assert f", {noon}]" in page

    @time_machine.travel(cast.NOW, tick=False)
    def test_without_the_quiet_hours(self, client, bob):
        self.keep(bob, [hours.Interval(540, 1080)])
        presence.choose_quiet_hours(user=bob, start=time(12), end=time(14), zone="Europe/Paris", now=cast.NOW)
        assert "<dd>09:00–12:00, 14:00–18:00</dd>" in client.get(PAGE).content.decode()

    def test_who_did_not_say_them_has_no_such_part(self, client, bob):
        assert "Usually there" not in client.get(PAGE).content.decode()

    def test_cost_no_query_more(self, client, bob, django_assert_num_queries):
        self.keep(bob, [hours.Interval(540, 720)])
        with django_assert_num_queries(5):
            client.get(PAGE)


class ListedRateTests:
    """*Call at the listed rate*, for who can pay an expert who has one."""

    def offered(self, client) -> bool:
        page = client.get(PAGE).content.decode()
        found = {name: f'id="{name}"' in page for name in ("call-listed", "listed-rate", "consent-words", "agree")}
        assert len(set(found.values())) == 1, found
        return found["call-listed"]

    def test_stands_below_call_now_with_the_card_of_the_room(self, signed_in, alice, bob):
        page = signed_in(alice).get(PAGE).content.decode()
        assert page.index("Call now</button>") < page.index("Call at the listed rate</button>")
        for told in (
            'id="consent-text"',
            "Stop automatically at",
            "Accept and call",
            "/wallet/?return=/experts/bob-leroy/",
        ):
            assert told in page

    def test_every_element_that_its_script_looks_for_is_there_once(self, signed_in, alice, bob):
        page = signed_in(alice).get(PAGE).content.decode()
        scripts = (
            "marketplace/static/marketplace/page/listed_rate.js",
            "calls/static/calls/room/page/consent_terms.js",
        )
        source = "".join((settings.BASE_DIR / script).read_text() for script in scripts)
        wanted = set(re.findall(r'(?:byId|promised|onPress)\("([\w-]+)"', source))
        assert len(wanted) > 8
        assert {name: page.count(f' id="{name}"') for name in wanted} == dict.fromkeys(wanted, 1)

    def test_every_word_that_the_card_says_by_itself_is_there(self):
        card = (settings.BASE_DIR / "calls/static/calls/room/page/consent_terms.js").read_text()
        durations = (settings.BASE_DIR / "calls/static/calls/room/page/words.js").read_text()
        said = re.findall(r'words\("(\w+)\.(\w+)"', card + durations.split("*/", 1)[1])
        assert {(group, name) for group, name in said if group != "meter"} == {
            (group, name) for group, words in for_consent_card().items() for name in words
        }

    def test_is_not_for_visitors_nor_for_oneself(self, client, signed_in, bob):
        assert not self.offered(client)
        assert not self.offered(signed_in(bob))

    def test_is_not_there_without_a_rate(self, signed_in, alice, bob):
        bob.profile.listings.filter(kind="per_minute").update(active=False)
        assert not self.offered(signed_in(alice))

    def test_is_not_there_for_whose_payments_are_blocked(self, signed_in, alice, bob):
        wallet.block_payments(member=alice, reason="dispute:1", now=cast.NOW)
        assert not self.offered(signed_in(alice))

    def test_is_not_there_behind_a_closed_door(self, signed_in, alice, bob):
        Profile.objects.update(who_may_ring="known")
        assert not self.offered(signed_in(alice))


class SimilarTests:
    def test_lists_experts_of_the_same_field_who_are_free(self, client, bob):
        cast.online(cast.expert("Cleo Stahl"))
        cast.expert("Away Andy")
        part = client.get(f"{PAGE}similar/").content.decode()
        assert "Cleo Stahl" in part
        assert "Away Andy" not in part

    def test_is_empty_when_nobody_is(self, client, bob):
        assert client.get(f"{PAGE}similar/").content.decode().strip() == ""

    def test_an_expert_who_calls_another_is_not_sent_to_themself(self, signed_in, bob):
        cleo, zoe = (cast.online(cast.expert(name)) for name in ("Cleo Stahl", "Zoe Second"))
        part = signed_in(cleo).get(f"{PAGE}similar/").content.decode()
        assert zoe.name in part
        assert cleo.name not in part

    def test_after_a_ring_that_nobody_answered_the_caller_gets_three_of_them(
        self, signed_in, alice, bob, now, settings
    ):
        """What their page asks for then: tests/js/marketplace/outgoing.test.js."""
        for name in ("Cleo Stahl", "Zoe Second", "Max Third", "Ida Fourth"):
            cast.online(cast.expert(name))
        call = rooms.ring(caller=alice, expert=cast.online(bob), line="", now=now)
        rooms.sweep(now=now + timedelta(seconds=settings.RING_S))
        call.refresh_from_db()
        assert call.state == "missed"
        client = signed_in(alice)
        address = re.search(r'data-similar="([^"]+)"', client.get(PAGE).content.decode())[1]
        part = client.get(address).content.decode()
        assert part.count("<li") == 3
        assert bob.name not in part


class PhotoTests:
    @pytest.fixture
    def photo(self, bob, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        photos.keep_photo(profile=bob.profile, image=Image.new("RGB", (300, 300), "teal"))

    @pytest.mark.usefixtures("photo")
    def test_is_a_webp_that_may_be_kept(self, client):
        answer = client.get(f"{PAGE}photo?v=1")
        assert answer["Content-Type"] == "image/webp"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "immutable" in answer["Cache-Control"]
        assert Image.open(BytesIO(answer.content)).size == (512, 512)

    @pytest.mark.usefixtures("photo")
    def test_has_two_sizes_and_no_others(self, client):
        assert Image.open(BytesIO(client.get(f"{PAGE}photo/160").content)).size == (160, 160)
        assert client.get(f"{PAGE}photo/5000").status_code == 404

    def test_is_not_found_where_there_is_none(self, client, bob):
        assert client.get(f"{PAGE}photo").status_code == 404


class PresenceTests:
    @pytest.mark.parametrize(("state", "shown"), [("free", "Talk to Bob"), ("busy", "Leave"), ("away", "Leave")])
    def test_the_bar_of_phones_says_what_can_be_done_now(self, client, bob, state, shown):
        Presence.objects.filter(user=bob).update(state=state)
        bar = client.get(PAGE).content.decode().split('class="call-bar"')[1]
        links = [link for link in bar.split("<a ")[1:3] if "hidden>" not in link.split("<svg")[0]]
        assert [shown in link for link in links] == [True]

    @pytest.mark.parametrize("state", Presence.State.values)
    def test_is_told_by_word_and_attribute(self, client, bob, state):
        Presence.objects.filter(user=bob).update(state=state)
        page = client.get(PAGE).content.decode()
        assert f'data-testid="presence" data-presence-of="{bob.pk}" data-state="{state}"' in page
