"""Whom an ask rings: all who are reachable for this caller, and of more than ten those whose turn it is."""

from itertools import product

import pytest

from calls.asking import choosing
from calls.asking import services as asking
from calls.contacts import services as contacts
from calls.rooms import admission
from calls.rooms import services as rooms
from calls.rooms.models import Call
from calls.waiting import services as waiting
from marketplace.experts import services as presence
from marketplace.experts.models import Category, Connection, Profile, WhoMayRing
from marketplace.listings.models import Listing
from tests import cast
from tests.calls.asking.world import HOUR, MINUTE, RING, answer_to, ask, experts, rung
from tests.calls.waiting.world import hang_up, past_calls, talk, waited
from tests.payouts.purse import give_promo

pytestmark = pytest.mark.django_db


@pytest.fixture
def three():
    return experts(3)


class ReachableTests:
    def test_it_rings_at_all_who_are_free(self, alice, three, now):
        asked = ask(alice, now)
        assert (asked.rung, rung(asked)) == (3, set(three))
        assert {call.ring_until for call in asked.calls.all()} == {now + RING}
        assert {call.line for call in asked.calls.all()} == {"My lease ends"}

    @pytest.mark.parametrize("chosen", ["busy", "dnd", "away", "invisible"])
    def test_not_at_who_chose_otherwise(self, alice, three, now, chosen):
        presence.choose(user=three[0], chosen=chosen, now=now)
        assert rung(ask(alice, now)) == set(three[1:])

    def test_not_at_who_has_no_page_open(self, alice, three, now):
        Connection.objects.filter(user=three[0]).delete()
        presence.choose(user=three[0], chosen="free", now=now)
        assert rung(ask(alice, now)) == set(three[1:])

    def test_not_at_who_talks_or_is_rung(self, alice, eve, three, now):
        talk(eve, three[0], now)
        rooms.ring(caller=cast.member("Carol Caller"), expert=three[1], line="", now=now)
        assert rung(ask(alice, now)) == {three[2]}

    def test_not_at_another_category_nor_an_unpublished_profile_nor_a_closed_account(self, alice, three, now):
        other = Category.objects.create(slug="law", name="Law")
        Profile.objects.filter(user=three[0]).update(category=other)
        Profile.objects.filter(user=three[1]).update(published_at=None)
        assert rung(ask(alice, now)) == {three[2]}

    def test_at_all_of_the_categories_below_too(self, alice, three, now):
        above = Category.objects.create(slug="life", name="Everyday life")
        Category.objects.filter(slug="money").update(parent=above)
        found = choosing.reachable(caller=alice, category=above, max_rate_minor=None)
        assert set(found) == set(three)

    def test_not_at_oneself(self, three, now):
        assert rung(ask(three[0], now)) == set(three[1:])

    def test_not_above_the_highest_rate_and_at_who_has_none(self, alice, three, now):
        Listing.objects.filter(profile__user=three[0], rate_minor__isnull=False).update(rate_minor=201)
        Listing.objects.filter(profile__user=three[1]).update(active=False)
        assert rung(ask(alice, now, max_rate=200)) == set(three[1:])

    def test_where_nothing_is_sold_an_old_rate_keeps_nobody_out(self, alice, three, now):
        """Profiles and facets show none there either."""
        Category.objects.filter(slug="money").update(kind=Category.Kind.FREE_ONLY)
        Profile.objects.filter(user=three[0]).update(who_may_ring=WhoMayRing.CREDIT)
        give_promo(alice, 1, now)  # any credit will do where there is no rate
        assert rung(ask(alice, now, max_rate=20)) == set(three)
        assert admission.refusal(caller=alice, expert=three[0]) == ""

    def test_at_whatever_rate_without_a_highest(self, alice, three, now):
        Listing.objects.filter(profile__user=three[0], rate_minor__isnull=False).update(rate_minor=1_000)
        assert rung(ask(alice, now)) == set(three)

    def test_blocks_keep_either_from_the_other_and_nothing_tells_of_it(self, alice, three, now):
        contacts.block(member=three[0], other=alice, now=now)
        contacts.block(member=alice, other=three[1], now=now)
        asked = ask(alice, now)
        assert (asked.rung, rung(asked)) == (1, {three[2]})

    def test_who_blocked_the_caller_alone_is_as_nobody(self, alice, now):
        (only,) = experts(1)
        contacts.block(member=only, other=alice, now=now)
        assert answer_to(alice, now) == "nobody"

    def test_an_expert_who_is_owed_to_somebody_who_waited_is_left_to_them(self, alice, eve, three, now):
        carol = cast.here(cast.member("Carol Waiter"))
        call = talk(eve, three[0], now)
        waited(carol, three[0], now)
        hang_up(call, now)
        waiting.sweep(now=now)
        assert rung(ask(alice, now)) == set(three[1:])
        assert rung(ask(carol, now)) == {three[0]}

    def test_one_who_was_rung_in_vain_by_this_caller_too_often_is_left_in_peace(self, alice, three, now):
        for _ in range(3):
            call = rooms.ring(caller=alice, expert=three[0], line="", now=now)
            rooms.cancel(call_id=call.pk, by=alice, now=now)
        assert rung(ask(alice, now)) == set(three[1:])


class LettingInTests:
    """The rule that is asked of many at once and the one that is asked of one say the same."""

    @pytest.mark.parametrize("credit", [0, 1, 1_999, 2_000])
    def test_they_agree_about_every_caller_and_choice(self, alice, carla, eve, now, credit):
        if credit:
            give_promo(alice, credit, now)
        for who, rate, known in product(WhoMayRing.values, (200, None), (False, True)):
            expert = cast.expert(f"{who}{rate}{known} Test")
            presence.choose_who_may_ring(member=expert, who=who)
            if rate is None:
                Listing.objects.filter(profile__user=expert).update(active=False)
            if known:
                past_calls(alice, expert, 5, now=now)
        contacts.block(member=alice, other=cast.expert("anyone200False Test"), now=now)
        profiles = choosing.with_rates(Profile.objects.all())
        for caller in (alice, carla, eve):
            let_in = {one.user for one in profiles.filter(admission.letting_in(caller)).select_related("user")}
            for profile in Profile.objects.select_related("user"):
                refused = admission.refusal(caller=caller, expert=profile.user)
                assert (profile.user in let_in) == (not refused), (caller, profile.user, refused)


class GuestTests:
    def test_it_rings_at_who_takes_anyone(self, carla, three, now):
        presence.choose_who_may_ring(member=three[0], who="anyone")
        assert rung(ask(carla, now)) == {three[0]}

    def test_or_at_nobody(self, carla, three, now):
        assert answer_to(carla, now) == "nobody"


class FairTests:
    def test_ten_at_most(self, alice, now, settings):
        experts(12)
        assert settings.ASKED_MAX == 10
        assert ask(alice, now).rung == 10

    def test_who_was_not_asked_comes_first_then_who_was_longest_ago(self, alice, now, settings):
        settings.ASKED_MAX, settings.ASKS_PER_HOUR = 2, 100
        five = set(experts(5))
        asked = []
        for minutes in range(5):
            one = ask(alice, now + minutes * MINUTE)
            asked.append(rung(one))
            asking.cancel(ask_id=one.pk, by=alice, now=now + minutes * MINUTE)
            rooms.sweep(now=now + minutes * MINUTE)
        assert asked[0] | asked[1] < five
        assert len(asked[0] | asked[1]) == 4
        assert asked[0] | asked[1] | asked[2] == five
        times = [sum(one in group for group in asked) for one in five]
        assert set(times) <= {1, 2, 3}  # of those rung at the same moment the lot says who is next

    def test_whoever_asks_the_turn_goes_on(self, alice, eve, now, settings):
        settings.ASKED_MAX = 1
        first, second = experts(2)
        ask(eve, now)
        other = ({first, second} - {Call.objects.get().expert}).pop()
        assert rung(ask(alice, now)) == {other}

    def test_among_equals_it_falls_by_lot(self, now, settings):
        settings.ASKED_MAX = 1
        experts(3)
        chosen = set()
        for number in range(40):
            caller = cast.member(f"Caller{number} Test")
            one = ask(caller, now + number * HOUR)
            chosen |= rung(one)
            asking.cancel(ask_id=one.pk, by=caller, now=now + number * HOUR)
            rooms.sweep(now=now + number * HOUR)
            Call.objects.update(ask=None)
        assert len(chosen) == 3
