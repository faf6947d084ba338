"""Claims at the moment of release, refunds at once, staff at once: with real threads, so PostgreSQL."""

from threading import Barrier
from unittest.mock import patch

import pytest

from payouts.claims import deciding
from payouts.claims import services as claims
from payouts.claims.models import Claim, GiveBack
from payouts.earnings import services as earnings
from payouts.earnings.models import Earning
from tests import cast
from tests.payouts.claims.story import answered, contest, days, decide, paid, refund, sue
from tests.payouts.ledger.test_races import at_once
from tests.payouts.purse import purse

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


class RaceTests:
    def test_a_claim_at_the_moment_of_release_wins_or_loses_never_both(self, alice, bob, now):
        for number in range(5):
            paid(reference=f"period:{number}")

        def either(number: int) -> None:
            if number == 5:
                earnings.release_due(now=now + days(30))
            else:
                contest(reference=f"period:{number}", now=now + days(29.99))

        at_once(6, either)
        contested = set(Claim.objects.values_list("earning__reference", flat=True))
        released = set(Earning.objects.filter(released_at__isnull=False).values_list("reference", flat=True))
        assert not contested & released
        assert len(contested | released) == 5

    def test_contested_twice_at_once_is_one_claim(self, alice, bob, now):
        paid()
        assert at_once(4, lambda number: contest()) == {"done": 1, "AlreadyContested": 3}

    def test_refunds_at_once_never_pass_the_charge(self, alice, bob, now):
        paid()
        ends = at_once(6, lambda number: refund(400, key=f"form-{number}"))
        assert ends == {"done": 2, "BadAmount": 4}
        assert (purse(alice)["credit"], purse(bob)["pending"]) == ("8.00", "1.40")

    def test_the_same_form_at_once_gives_back_once(self, alice, bob, now):
        paid()
        assert at_once(4, lambda number: refund(400)) == {"done": 4}
        assert purse(alice)["credit"] == "4.00"

    def test_two_of_the_staff_at_once_decide_once(self, alice, now):
        claim, people = answered(), [cast.sam(), sue()]
        ends = at_once(2, lambda number: decide(claim, 400 + number, staff=people[number]))
        assert ends == {"done": 1, "NotNow": 1}
        assert GiveBack.objects.count() == 1

    def test_two_votes_at_once_are_both_seen(self, alice, now):
        claim, people = answered(20_000), [cast.sam(), sue()]
        assert at_once(2, lambda number: decide(claim, 5_000, staff=people[number])) == {"done": 2}
        assert (Claim.objects.get().state, purse(alice)["credit"]) == ("closed", "50.00")

    def test_the_expert_gives_back_while_staff_decide_and_nothing_is_given_twice(self, alice, bob, now):
        claim, sam = answered(), cast.sam()
        at_once(2, lambda number: decide(claim, 1_000, staff=sam) if number else refund(1_000))
        assert (purse(alice)["credit"], GiveBack.objects.count()) == ("10.00", 1)

    def test_workers_at_once_meet_a_deadline_once(self, alice, now):
        paid()
        contest()
        at_once(4, lambda number: claims.meet_deadlines(now=now + days(3)))
        assert (purse(alice)["credit"], GiveBack.objects.count()) == ("10.00", 1)


class BrokenTwinTests:
    def test_without_the_lock_neither_of_two_sees_the_others_vote(self, alice, now):
        claim, people = answered(20_000), [cast.sam(), sue()]
        both_looked, agrees = Barrier(2), deciding._another_agrees

        def unlocked(claim_id: int) -> Claim:
            return Claim.objects.select_related("earning").get(pk=claim_id)

        def until_both_looked(*vote) -> bool:
            found = agrees(*vote)
            both_looked.wait(10)
            return found

        with patch.multiple(deciding, locked_claim=unlocked, _another_agrees=until_both_looked):
            at_once(2, lambda number: decide(claim, 5_000, staff=people[number]))
        assert (Claim.objects.get().state, purse(alice)["credit"]) == ("answered", "0.00")
