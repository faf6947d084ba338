"""One line rings many; the first to answer has the call."""

import pytest
from django.utils.translation import override

from calls.asking import services as asking
from calls.rooms import services as rooms
from calls.rooms.models import Ask, Call
from calls.waiting import services as waiting
from marketplace.experts import services as presence
from marketplace.experts.models import Category, Presence
from tests import cast
from tests.calls.asking.world import HOUR, MINUTE, RING, SECOND, answer_to, ask, experts, ring_at, states
from tests.calls.waiting.world import in_line, talk, waits
from tests.payouts.mail.inbox import letters

pytestmark = pytest.mark.django_db


@pytest.fixture
def three():
    return experts(3)


@pytest.fixture
def asked(alice, three, now) -> Ask:
    return ask(alice, now)


def seen_by(user, now) -> dict:
    return rooms.rings_state(user=user, now=now)


def asking_of(user, now) -> dict | None:
    return asking.asking_state(user=user, now=now)


class AnswerTests:
    def test_the_first_to_answer_has_the_call_and_the_others_stop_ringing(self, alice, three, asked, now):
        call = rooms.answer(call_id=ring_at(asked, three[1]).pk, by=three[1], now=now + SECOND)
        rooms.sweep(now=now + SECOND)
        assert (call.state, states(asked)) == ("answered", {"answered": 1, "cancelled": 2})
        for other in (three[0], three[2]):
            his = seen_by(other, now + SECOND)
            assert (his["incoming"], his["taken"]) == ([], [ring_at(asked, other).pk])
            assert presence.state(other) == "free"
        assert [presence.state(three[1]), seen_by(three[1], now)["taken"]] == ["busy", []]

    def test_at_once_with_the_commit(self, three, asked, now, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            rooms.answer(call_id=ring_at(asked, three[1]).pk, by=three[1], now=now)
        assert states(asked) == {"answered": 1, "cancelled": 2}

    @pytest.mark.parametrize("swept", [False, True])
    def test_another_who_answers_then_is_told_who_was_first(self, three, asked, now, swept):
        rooms.answer(call_id=ring_at(asked, three[0]).pk, by=three[0], now=now)
        if swept:
            rooms.sweep(now=now)
        with pytest.raises(rooms.CallTaken):
            rooms.answer(call_id=ring_at(asked, three[1]).pk, by=three[1], now=now)
        assert Call.objects.filter(state="answered").count() == 1

    def test_a_second_tab_of_the_first_is_merely_late(self, three, asked, now):
        ring = ring_at(asked, three[0])
        rooms.answer(call_id=ring.pk, by=three[0], now=now)
        with pytest.raises(rooms.CallOver) as late:
            rooms.answer(call_id=ring.pk, by=three[0], now=now)
        assert not isinstance(late.value, rooms.CallTaken)

    def test_a_no_leaves_the_others_ringing(self, three, asked, now):
        rooms.decline(call_id=ring_at(asked, three[0]).pk, by=three[0], now=now)
        assert states(asked) == {"declined": 1, "ringing": 2}
        rooms.answer(call_id=ring_at(asked, three[1]).pk, by=three[1], now=now)

    def test_who_said_no_cannot_take_it_back(self, three, asked, now):
        ring = ring_at(asked, three[0])
        rooms.decline(call_id=ring.pk, by=three[0], now=now)
        with pytest.raises(rooms.CallOver):
            rooms.answer(call_id=ring.pk, by=three[0], now=now)
        assert Ask.objects.get().state == "ringing"

    def test_going_into_the_room_while_it_rings_is_an_answer(self, three, asked, now):
        ring = ring_at(asked, three[0])
        rooms.join(room=ring.room, user=three[0], process=cast.A_PROCESS, tab=cast.A_PROCESS, now=now)
        assert Ask.objects.get().state == "answered"

    def test_whose_line_the_caller_waited_in_they_leave_with_the_answer(self, alice, three, now):
        waits(alice, three[0], now)
        waits(alice, three[1], now)
        asked = ask(alice, now)
        rooms.answer(call_id=ring_at(asked, three[0]).pk, by=three[0], now=now)
        assert (in_line(three[0]), in_line(three[1])) == ([], [alice])

    def test_the_expert_reads_that_others_are_rung_too(self, eve, three, asked, now):
        (incoming,) = seen_by(three[0], now)["incoming"]
        assert (incoming["asked"], incoming["line"]) == (True, "My lease ends")


class NobodyAnswersTests:
    def test_the_caller_reads_so_and_whom_it_rang_at(self, alice, three, asked, now):
        rooms.sweep(now=now + RING)
        told = asking_of(alice, now + RING)
        assert (told["state"], told["ringing"]) == ("missed", 0)
        assert {one["slug"] for one in told["others"]} == {one.profile.slug for one in three}
        assert asking_of(alice, now + RING + 29 * SECOND)
        assert asking_of(alice, now + RING + 30 * SECOND) is None

    def test_so_do_they_when_all_said_no(self, alice, three, asked, now):
        for one in three:
            rooms.decline(call_id=ring_at(asked, one).pk, by=one, now=now + SECOND)
        assert asking_of(alice, now + SECOND)["state"] == "missed"
        assert answer_to(alice, now + SECOND) == "3"  # and may ask again

    def test_it_counts_as_one_missed_ring_of_each(self, eve, three, asked, now):
        rooms.sweep(now=now + RING)
        assert {presence.state(one) for one in three} == {"free"}
        rooms.ring(caller=eve, expert=three[0], line="", now=now + RING)
        rooms.sweep(now=now + 2 * RING)
        assert [presence.state(one) for one in three] == ["away", "free", "free"]

    def test_one_that_another_answered_counts_nothing(self, eve, three, asked, now):
        rooms.answer(call_id=ring_at(asked, three[2]).pk, by=three[2], now=now)
        rooms.sweep(now=now + RING)
        assert Presence.objects.get(user=three[0]).missed_rings == []
        rooms.ring(caller=eve, expert=three[0], line="", now=now + RING)
        rooms.sweep(now=now + 2 * RING)
        assert presence.state(three[0]) == "free"

    def test_nor_one_that_was_cancelled(self, alice, three, asked, now):
        asking.cancel(ask_id=asked.pk, by=alice, now=now + 30 * SECOND)
        rooms.sweep(now=now + RING)
        assert Presence.objects.get(user=three[0]).missed_rings == []
        assert states(asked) == {"cancelled": 3}

    def test_no_mail_comes_of_it_but_to_whom_it_set_away(self, eve, three, asked, now):
        rooms.sweep(now=now + RING)
        assert letters(now + RING, to="expert0") == []
        later = now + HOUR
        asked_again = ask(eve, later)
        rooms.sweep(now=later + RING)
        assert asked_again.rung == 3
        assert [len(letters(later + RING, to=f"expert{number}")) for number in range(3)] == [1, 1, 1]

    def test_they_can_wait_in_line_for_one_of_them(self, alice, three, asked, now):
        rooms.sweep(now=now + RING)
        other = asking_of(alice, now + RING)["others"][0]
        expert = next(one for one in three if one.pk == other["id"])
        assert waiting.wait(member=alice, expert=expert, line="", now=now + RING).expert == expert


class CancelTests:
    def test_all_its_rings_end(self, alice, three, asked, now):
        asking.cancel(ask_id=asked.pk, by=alice, now=now)
        rooms.sweep(now=now)
        assert states(asked) == {"cancelled": 3}
        assert seen_by(three[0], now)["taken"] == []
        assert asking_of(alice, now)["state"] == "cancelled"
        assert asking_of(alice, now + 30 * SECOND) is None

    def test_an_answer_comes_too_late_then(self, alice, three, asked, now):
        asking.cancel(ask_id=asked.pk, by=alice, now=now)
        with pytest.raises(rooms.CallOver):
            rooms.answer(call_id=ring_at(asked, three[0]).pk, by=three[0], now=now)

    def test_after_an_answer_there_is_nothing_to_cancel(self, alice, three, asked, now):
        rooms.answer(call_id=ring_at(asked, three[0]).pk, by=three[0], now=now)
        with pytest.raises(rooms.CallOver):
            asking.cancel(ask_id=asked.pk, by=alice, now=now)
        assert Ask.objects.get().state == "answered"

    def test_nor_when_it_rings_no_more(self, alice, asked, now):
        rooms.sweep(now=now + RING)
        with pytest.raises(rooms.CallOver):
            asking.cancel(ask_id=asked.pk, by=alice, now=now + RING)

    def test_it_is_for_who_asked(self, eve, three, asked, now):
        for other in (eve, three[0]):
            with pytest.raises(Ask.DoesNotExist):
                asking.cancel(ask_id=asked.pk, by=other, now=now)


class LimitTests:
    def test_one_at_a_time(self, alice, asked, now):
        assert answer_to(alice, now) == "asking"
        assert Ask.objects.count() == 1

    def test_none_while_one_talks_or_rings(self, alice, three, now):
        rooms.ring(caller=alice, expert=three[0], line="", now=now)
        assert answer_to(alice, now) == "ring.already_in_call"

    def test_nor_a_ring_while_one_asks(self, alice, three, asked, now):
        for expert in (three[0], cast.online(cast.expert("Zoe Second"))):
            with pytest.raises(rooms.CannotRing, match="already_in_call"):
                rooms.ring(caller=alice, expert=expert, line="", now=now)

    def test_who_left_a_call_without_hanging_up_and_asks_has_ended_it(self, alice, three, bob, now):
        call = rooms.ring(caller=alice, expert=cast.online(bob), line="", now=now)
        rooms.answer(call_id=call.pk, by=bob, now=now)
        assert answer_to(alice, now) == "3"  # Bob is free for whoever asks next
        call.refresh_from_db()
        assert call.end_reason == "left"

    def test_a_call_that_goes_on_is_not_left_by_it(self, alice, three, bob, now):
        talk(alice, cast.online(bob), now)
        assert answer_to(alice, now) == "ring.already_in_call"

    def test_six_in_an_hour(self, alice, three, now, settings):
        assert settings.ASKS_PER_HOUR == 6
        for number in range(6):
            at = now + number * 9 * MINUTE
            one = ask(alice, at)
            asking.cancel(ask_id=one.pk, by=alice, now=at)
            rooms.sweep(now=at)
        assert answer_to(alice, now + 59 * MINUTE) == "too_many"
        assert answer_to(alice, now + HOUR) == "3"

    def test_one_is_one_ring_in_vain_of_thirty_in_an_hour(self, alice, three, now, settings):
        settings.IN_VAIN_HOUR_MAX = 2
        one = ask(alice, now)
        asking.cancel(ask_id=one.pk, by=alice, now=now)
        rooms.sweep(now=now)
        again = ask(alice, now + MINUTE)
        rooms.sweep(now=now + MINUTE + RING)
        assert again.rung == 3
        assert answer_to(alice, now + 3 * MINUTE) == "ring.too_many_in_vain"

    def test_no_expert_is_rung_by_the_same_person_again_and_again(self, alice, three, now):
        for _ in range(3):
            one = ask(alice, now)
            asking.cancel(ask_id=one.pk, by=alice, now=now)
            rooms.sweep(now=now)
        assert answer_to(alice, now) == "nobody"

    def test_one_that_was_answered_is_none(self, alice, three, now, settings):
        settings.IN_VAIN_HOUR_MAX = 1
        one = ask(alice, now)
        call = rooms.answer(call_id=ring_at(one, three[0]).pk, by=three[0], now=now)
        rooms.sweep(now=now)
        rooms.join(room=call.room, user=alice, process=cast.A_PROCESS, tab=cast.A_PROCESS, now=now)
        rooms.leave(room=call.room, user=alice, tab=cast.A_PROCESS, now=now, reason="hung_up")
        assert answer_to(alice, now + SECOND) == "3"

    @pytest.mark.parametrize(
        ("how", "answer"),
        [({"line": " "}, "empty"), ({"category": "none"}, "no_category"), ({"max_rate": 1}, "nobody")],
    )
    def test_what_cannot_be_asked_rings_nowhere(self, alice, three, now, how, answer):
        assert answer_to(alice, now, **how) == answer
        assert not Ask.objects.exists()
        assert not Call.objects.exists()

    @pytest.mark.parametrize("highest", [-1, 0, 10_001, 2**31, 2**53 - 1])
    def test_a_highest_rate_that_no_listing_may_have_is_refused(self, alice, three, now, highest):
        with pytest.raises(ValueError, match=f"^{highest} is no highest rate: 1 to 10000$"):
            ask(alice, now, max_rate=highest)
        assert not Ask.objects.exists()

    def test_a_closed_category_rings_nowhere(self, alice, three, now):
        Category.objects.update(kind="closed")
        assert answer_to(alice, now) == "no_category"


class StateTests:
    def test_while_it_rings(self, alice, three, asked, now):
        until = rooms.rings_state(user=three[0], now=now)["incoming"][0]["until"]
        assert asking_of(alice, now) == {
            "ask": asked.pk,
            "state": "ringing",
            "category": "Money and taxes",
            "rung": 3,
            "ringing": 3,
            "until": until,
            "expert": None,
            "room": None,
            "others": [],
        }
        rooms.decline(call_id=ring_at(asked, three[0]).pk, by=three[0], now=now)
        assert asking_of(alice, now)["ringing"] == 2

    def test_the_category_is_named_in_the_language_of_the_page(self, alice, asked, now):
        Category.objects.update(name_fr="Argent et impôts")
        with override("fr"):
            assert asking_of(alice, now)["category"] == "Argent et impôts"

    def test_answered_until_the_call_is_live(self, alice, three, asked, now):
        call = rooms.answer(call_id=ring_at(asked, three[0]).pk, by=three[0], now=now)
        told = asking_of(alice, now + MINUTE)
        assert (told["state"], told["room"], told["expert"]["slug"]) == ("answered", call.room.code, "expert0-test")
        for user in (alice, three[0]):
            rooms.join(room=call.room, user=user, process=cast.A_PROCESS, tab=cast.A_PROCESS, now=now)
        assert asking_of(alice, now + MINUTE) is None

    def test_its_rings_are_no_outgoing_ring(self, alice, three, asked, now):
        assert seen_by(alice, now)["outgoing"] is None
        rooms.answer(call_id=ring_at(asked, three[0]).pk, by=three[0], now=now)
        assert seen_by(alice, now)["outgoing"] is None

    def test_others_see_nothing_of_it(self, eve, three, asked, now):
        for other in (eve, three[0]):
            assert asking_of(other, now) is None

    def test_of_however_many_it_is_two_looks(self, alice, eve, asked, now, django_assert_num_queries):
        with django_assert_num_queries(2):
            asking_of(alice, now)
        with django_assert_num_queries(1):
            asking_of(eve, now)


class MyPageTests:
    def test_of_an_ask_each_reads_what_became_of_it(self, alice, three, asked, now, signed_in):
        rooms.answer(call_id=ring_at(asked, three[0]).pk, by=three[0], now=now)
        rooms.sweep(now=now)
        lines = [signed_in(one).get("/me/").content.decode().count("My lease ends") for one in (alice, *three)]
        assert lines == [1, 1, 0, 0]
