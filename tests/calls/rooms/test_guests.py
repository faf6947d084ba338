"""Guests ring whoever takes anyone, and talk as any caller does; they never pay as guests."""

from datetime import timedelta
from uuid import uuid4

import pytest

from calls.contacts import services as contacts
from calls.contacts.models import Block
from calls.conversations import chat
from calls.metering import services as metering
from calls.rooms import services as rooms
from calls.rooms.models import Call
from marketplace.accounts.models import User
from marketplace.closing import guests as forgetting
from marketplace.experts import services as experts
from payouts.outbox.models import OutboxRow
from tests import cast
from tests.calls.rooms.test_who_may_ring import answer_to, talk

pytestmark = pytest.mark.django_db
MONTH = timedelta(days=30)


@pytest.fixture
def bob(bob):
    experts.choose_who_may_ring(member=bob, who="anyone")
    return cast.online(bob)


@pytest.fixture
def call(carla, bob, now) -> Call:
    """Live between the guest and bob."""
    made = rooms.ring(caller=carla, expert=bob, line="About my lease", now=now)
    for person in (bob, carla):
        rooms.join(room=made.room, user=person, process=uuid4(), tab=uuid4(), now=now)
    return Call.objects.select_related("room", "caller", "expert").get(pk=made.pk)


def hang_up(call: Call, now) -> None:
    rooms.leave(room=call.room, user=call.expert, tab=uuid4(), now=now, reason="hung_up")


class RingingTests:
    def test_who_takes_anyone_is_rung_by_a_guest_and_by_members(self, carla, alice, bob, now):
        assert answer_to(carla, bob, now) == "rings"
        assert answer_to(alice, bob, now) == "rings"

    @pytest.mark.parametrize("who", ["members", "credit", "known"])
    def test_who_does_not_is_not(self, carla, bob, now, who):
        experts.choose_who_may_ring(member=bob, who=who)
        assert answer_to(carla, bob, now) == "members_only"

    def test_not_even_by_a_guest_who_has_talked_with_them(self, carla, bob, now):
        talk(carla, bob, now)
        experts.choose_who_may_ring(member=bob, who="known")
        assert answer_to(carla, bob, now) == "members_only"

    def test_a_guest_who_made_an_account_is_known_by_then(self, carla, bob, now):
        talk(carla, bob, now)
        experts.choose_who_may_ring(member=bob, who="known")
        cast.make_account(carla)
        assert answer_to(carla, bob, now) == "rings"

    def test_members_are_what_holds_until_an_expert_chooses(self, carla, now):
        dora = cast.online(cast.expert("Dora Lenz"))
        assert answer_to(carla, dora, now) == "members_only"

    def test_bob_reads_that_it_is_a_guest_and_nothing_of_credit(self, carla, alice, bob, now):
        rooms.ring(caller=carla, expert=bob, line="", now=now)
        [ring] = rooms.rings_state(user=bob, now=now)["incoming"]
        assert (ring["caller"]["name"], ring["caller"]["guest"], ring["has_ten_minutes"]) == ("Carla", True, False)

    def test_bob_without_a_rate_reads_nothing_of_a_guests_credit_either(self, carla, bob, now):
        bob.profile.listings.update(active=False)
        rooms.ring(caller=carla, expert=bob, line="", now=now)
        assert rooms.rings_state(user=bob, now=now)["incoming"][0]["has_ten_minutes"] is False

    def test_any_number_of_guests_in_vain_sets_nobody_away_but_one_and_a_member_do(self, alice, carla, bob, now):
        """Two guests may be one person with two windows."""
        for caller, seen in (
            (carla, "free"),
            (User.objects.create_guest("Clara"), "free"),
            (User.objects.create_guest("Clarissa"), "free"),
            (alice, "away"),
        ):
            rooms.ring(caller=caller, expert=bob, line="", now=now)
            now += timedelta(minutes=1)
            rooms.sweep(now=now)
            assert experts.state(bob) == seen

    def test_the_missed_call_mail_says_that_it_was_a_guest(self, carla, bob, now):
        rooms.ring(caller=carla, expert=bob, line="", now=now)
        rooms.sweep(now=now + timedelta(minutes=1))
        assert OutboxRow.objects.get().payload["facts"]["name"] == "Carla (guest)"


class BlockingTests:
    def test_a_guest_whom_bob_blocked_reads_away(self, carla, bob, now):
        contacts.block(member=bob, other=carla, now=now)
        assert answer_to(carla, bob, now) == "away"

    def test_bob_blocks_a_guest_on_his_page_and_takes_it_back(self, call, carla, bob, now, signed_in):
        hang_up(call, now)
        client = signed_in(bob)
        assert "Carla (guest)" in client.get("/me/").content.decode()
        page = client.post(f"/me/blocked/{carla.pk}/", follow=True).content.decode()
        assert "Carla (guest) can no longer call you" in page
        assert Block.objects.filter(blocker=bob, blocked=carla).exists()

    def test_either_reports_and_leaves(self, call, carla, bob, now):
        rooms.report_and_leave(room=call.room, user=carla, now=now)
        rooms.explain_report(room=call.room, user=carla, words="He shouted", now=now)
        rooms.report_and_leave(room=call.room, user=bob, now=now)
        assert Block.objects.count() == 2
        assert rooms.refusal(caller=carla, expert=bob) == "you_blocked"

    def test_the_page_of_whom_a_guest_reported_says_how_that_is_taken_back_and_so_it_is(
        self, call, carla, bob, now, signed_in
    ):
        rooms.report_and_leave(room=call.room, user=carla, now=now)
        page = cast.browser_of(carla).get("/experts/bob-leroy/").content.decode()
        assert "You have blocked Bob." in page
        assert '<a href="/accounts/signup/?next=/me/">Make an account, and you can take that back' in page
        cast.make_account(carla)
        client = signed_in(carla)
        assert f'action="/me/blocked/{bob.pk}/remove/"' in client.get("/me/").content.decode()
        client.post(f"/me/blocked/{bob.pk}/remove/")
        assert answer_to(carla, bob, now) == "rings"

    def test_what_a_guest_was_blocked_for_goes_with_them_into_their_account(self, carla, bob, now):
        contacts.block(member=bob, other=carla, now=now)
        cast.make_account(carla)
        assert answer_to(carla, bob, now) == "away"


class StateTests:
    def test_each_is_told_who_is_a_guest(self, call, carla, bob, now):
        hers, his = (rooms.room_state(room=call.room, user=person, now=now) for person in (carla, bob))
        assert (hers["you"]["guest"], hers["other"]["guest"]) == (True, False)
        assert (his["you"]["guest"], his["other"]["guest"]) == (False, True)

    def test_a_guest_has_no_credit_and_no_receipt(self, call, carla, bob, now):
        assert "credit" not in rooms.room_state(room=call.room, user=carla, now=now)
        hang_up(call, now)
        assert rooms.room_state(room=call.room, user=carla, now=now)["call"]["receipt"] is None
        assert rooms.room_state(room=call.room, user=bob, now=now)["call"]["receipt"] == f"/calls/{call.pk}/"

    def test_the_receipt_page_opens_for_bob_alone(self, call, carla, bob, now, signed_in):
        hang_up(call, now)
        assert "Carla (guest)" in signed_in(bob).get(f"/calls/{call.pk}/").content.decode()
        assert cast.browser_of(carla).get(f"/calls/{call.pk}/")["Location"].startswith("/accounts/login/")

    def test_the_room_page_is_a_guests_too(self, call, carla, bob, signed_in):
        page = cast.browser_of(carla).get(f"/r/{call.room.code}/").content.decode()
        assert 'data-sign-up="/accounts/signup/"' in page
        assert "data-sign-up" not in signed_in(bob).get(f"/r/{call.room.code}/").content.decode()

    def test_not_another_guests(self, call, client):
        other = cast.browser_of(User.objects.create_guest("Clara"))
        assert other.get(f"/r/{call.room.code}/").status_code == 404
        assert other.get(f"/r/{call.room.code}/seat").status_code == 404
        assert client.get(f"/r/{call.room.code}/")["Location"].startswith("/accounts/login/")

    def test_who_signed_in_to_another_account_reads_what_became_of_the_call(self, call, alice, signed_in):
        answer = signed_in(alice).get(f"/r/{call.room.code}/?account=1")
        unknown = signed_in(alice).get("/r/nothing/?account=1")
        assert (answer.status_code, unknown.status_code) == (404, 404)
        assert "an account that you had already" in answer.content.decode()
        pages = [
            one.content.decode().replace(f"/r/{code}/", "")
            for one, code in ((answer, call.room.code), (unknown, "nothing"))
        ]
        assert len(pages[0]) == len(pages[1])


class SignUpTests:
    """What goes along, said before anything is typed."""

    def page(self, guest) -> str:
        return cast.browser_of(guest).get("/accounts/signup/").content.decode()

    def test_of_a_guest_who_never_called_there_is_nothing_to_say(self, carla):
        assert "You go on as Carla." in self.page(carla)
        assert "along" not in self.page(carla)

    def test_one_call_is_told_with_whom(self, call, carla, now):
        hang_up(call, now)
        assert "Your call with Bob Leroy goes along" in self.page(carla)

    def test_several_are_counted_and_each_expert_is_named_once(self, call, carla, bob, now):
        hang_up(call, now)
        talk(carla, bob, now)
        dora = cast.online(cast.expert("Dora <i>Lenz"))
        experts.choose_who_may_ring(member=dora, who="anyone")
        talk(carla, dora, now)
        assert "Your 3 calls go along, with Dora &lt;i&gt;Lenz, Bob Leroy" in self.page(carla)

    def test_another_guests_calls_are_not_told(self, call):
        assert "Bob Leroy" not in self.page(User.objects.create_guest("Clara"))

    def test_in_the_middle_of_a_call_nobody_starts_anew(self, call, carla, now):
        assert "Start anew" not in self.page(carla)
        hang_up(call, now)
        assert "Not Carla? Start anew" in self.page(carla)


class OfferTests:
    @pytest.fixture
    def offer(self, call, bob, now):
        return metering.send_offer(call=call, expert=bob, listing_id=cast.rate_of(bob).pk, now=now)

    def state(self, call, person, now):
        return rooms.room_state(room=call.room, user=person, now=now)["offer"]

    def test_a_guest_reads_the_same_terms_and_that_an_account_is_needed(self, call, offer, carla, now):
        card = self.state(call, carla, now)
        assert card["text"][0] == "Bob Leroy asks to switch this call to paid."
        assert card["text"][-2].startswith("To pay you need an account")
        assert not card["can_accept"]

    def test_accepting_and_adding_credit_are_refused(self, call, offer, carla, now):
        soon = now + timedelta(seconds=5)
        with pytest.raises(metering.OfferRefused, match="guest"):
            metering.accept(offer_id=offer.pk, payer=carla, cap_minor=400, now=soon)
        with pytest.raises(metering.OfferRefused, match="guest"):
            metering.start_adding_credit(offer_id=offer.pk, payer=carla, now=soon)
        assert self.state(call, carla, soon)["state"] == "open"

    def test_while_the_account_is_made_the_offer_waits_ten_minutes_and_bob_reads_why(
        self, call, offer, carla, bob, now
    ):
        metering.start_making_account(offer_id=offer.pk, payer=carla, now=now)
        metering.start_making_account(offer_id=offer.pk, payer=carla, now=now + timedelta(minutes=5))
        assert self.state(call, bob, now + timedelta(minutes=9))["state"] == "making_account"
        assert self.state(call, bob, now + timedelta(minutes=10))["state"] == "expired"

    def test_once_it_is_made_the_card_is_a_members(self, call, offer, carla, bob, now):
        metering.start_making_account(offer_id=offer.pk, payer=carla, now=now)
        cast.make_account(carla)
        card = self.state(call, carla, now)
        assert (card["state"], card["needs_credit"]) == ("adding_credit", True)
        metering.start_adding_credit(offer_id=offer.pk, payer=carla, now=now)

    def test_a_member_makes_none(self, alice, bob, now):
        made = rooms.ring(caller=alice, expert=bob, line="", now=now)
        for person in (bob, alice):
            rooms.join(room=made.room, user=person, process=uuid4(), tab=uuid4(), now=now)
        offer = metering.send_offer(
            call=Call.objects.get(pk=made.pk), expert=bob, listing_id=cast.rate_of(bob).pk, now=now
        )
        with pytest.raises(metering.OfferRefused, match="not_yours"):
            metering.start_making_account(offer_id=offer.pk, payer=alice, now=now)

    def test_a_guest_refuses_as_anybody(self, call, offer, carla, bob, now):
        metering.refuse_offer(offer_id=offer.pk, payer=carla, now=now)
        assert self.state(call, bob, now)["state"] == "refused"


class ForgettingTests:
    """30 days after: the words of each call, then the guest."""

    def test_the_words_of_a_call_go_for_both_and_the_call_stays(self, call, carla, bob, now):
        chat.say(call_id=call.pk, author=bob, text="Which lease?", now=now)
        chat.say(call_id=call.pk, author=carla, text="Rue Haute 5", now=now)
        hang_up(call, now)
        forgetting.sweep(now=now + MONTH)
        assert len(chat.lines(call_id=call.pk)) == 2
        assert forgetting.sweep(now=now + MONTH + timedelta(seconds=1)) == 2
        call.refresh_from_db()
        assert (call.line, chat.lines(call_id=call.pk)) == ("", [])
        carla.refresh_from_db()
        assert (carla.name, carla.is_active) == ("", False)
        assert forgetting.sweep(now=now + 2 * MONTH) == 0

    def test_a_chat_without_a_line_before_it_goes_too(self, call, carla, now):
        Call.objects.update(line="")
        chat.say(call_id=call.pk, author=carla, text="Rue Haute 5", now=now)
        hang_up(call, now)
        forgetting.sweep(now=now + MONTH + timedelta(seconds=1))
        assert chat.lines(call_id=call.pk) == []

    def test_who_calls_again_keeps_the_name_and_not_the_old_words(self, call, carla, bob, now):
        hang_up(call, now)
        talk(carla, bob, now + timedelta(days=29))
        forgetting.sweep(now=now + MONTH + timedelta(seconds=1))
        call.refresh_from_db()
        carla.refresh_from_db()
        assert (call.line, carla.name) == ("", "Carla")

    def test_nobody_is_forgotten_in_a_call(self, call, carla, now):
        forgetting.sweep(now=now + 2 * MONTH)
        carla.refresh_from_db()
        assert carla.name == "Carla"

    def test_who_never_called_is_forgotten_too(self, carla, now):
        assert forgetting.sweep(now=now + MONTH) == 0
        assert forgetting.sweep(now=now + MONTH + timedelta(seconds=1)) == 1

    def test_who_made_an_account_keeps_everything(self, call, carla, bob, now):
        hang_up(call, now)
        cast.make_account(carla)
        assert forgetting.sweep(now=now + 2 * MONTH) == 0
        call.refresh_from_db()
        assert call.line == "About my lease"

    def test_bob_reads_guest_where_the_name_was(self, call, carla, bob, now, signed_in):
        hang_up(call, now)
        forgetting.sweep(now=now + MONTH + timedelta(seconds=1))
        page = signed_in(bob).get("/me/").content.decode()
        assert "Carla" not in page
        assert "<strong>Guest</strong>" in page
        assert signed_in(bob).get(f"/r/{call.room.code}/").status_code == 200
