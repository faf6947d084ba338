"""Two who know the moment at which fraud is given back, with real threads. PostgreSQL."""

from datetime import datetime
from threading import Event
from time import sleep
from unittest.mock import Mock, patch

import pytest
from django.db import transaction

from marketplace.accounts.models import User
from payouts.earnings import services as earnings
from payouts.earnings import suspicion
from payouts.outbox.models import OutboxRow
from payouts.safety import services as safety
from payouts.safety.models import Review
from payouts.wallet import blocks
from payouts.wallet import services as wallet
from payouts.wallet.models import Hold
from tests.payouts.ledger.test_races import at_once
from tests.payouts.purse import charge, eur, give_credit

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
WHILE_THE_OTHER_WAITS_S = 0.5


@pytest.fixture
def review(alice, bob, now) -> Review:
    for member in (alice, bob):
        safety.saw(member=member, now=now, card="fp_card")
    give_credit(alice, 1_000, now)
    charge(alice, bob, 1_000, now, reference="period:1")
    return Review.objects.get()


def fraud(review: Review, sam: User, now: datetime) -> None:
    suspicion.decide(review_id=review.pk, staff=sam, verdict="fraud", note="One card.", now=now)


class HoldTests:
    """It is given back, and a second expert's hold waits for that very credit."""

    def race(self, review, alice, sam, now) -> int:
        """How many holds there are."""
        fraud(review, sam, now)
        posted = Event()

        def give_back_or_hold(number: int) -> None:
            if number == 0:
                with transaction.atomic():
                    earnings.give_back(reference="period:1", amount=eur(1_000), key="back", now=now)
                    posted.set()
                    sleep(WHILE_THE_OTHER_WAITS_S)
            else:
                posted.wait()
                wallet.hold(payer=alice, amount=eur(500), key="hold", reference="period:2", now=now)

        at_once(2, give_back_or_hold)
        return Hold.objects.filter(is_open=True).count()

    def test_gets_nothing(self, review, alice, sam, now):
        assert self.race(review, alice, sam, now) == 0

    def test_looked_at_only_before_it_gets_all(self, review, alice, sam, now):
        """The broken twin."""
        with patch.object(blocks, "check", Mock(side_effect=[blocks.check(alice), None])):
            assert self.race(review, alice, sam, now) == 1


class VerdictTests:
    """Found to be fraud about one part of a purchase, while another is given back."""

    @pytest.fixture
    def part(self, review, now) -> str:
        move = {"label": "", "link": "", "release_from": now, "now": now, "keep_days": 30}
        earnings.move_part(reference="period:1", to="stored:1", amount=eur(700), key="m", **move)
        return "stored:1"

    def race(self, review, part, sam, now) -> int:
        """How many parts go on to their card."""
        decided = Event()

        def decide_or_give_back(number: int) -> None:
            if number == 0:
                with transaction.atomic():
                    fraud(review, sam, now)
                    decided.set()
                    sleep(WHILE_THE_OTHER_WAITS_S)
            else:
                decided.wait()
                earnings.give_back(reference=part, amount=eur(700), key="back", now=now)

        at_once(2, decide_or_give_back)
        return OutboxRow.objects.filter(action=earnings.TO_CARD).count()

    def test_it_goes_on_to_its_card(self, review, part, sam, now):
        assert self.race(review, part, sam, now) == 1
