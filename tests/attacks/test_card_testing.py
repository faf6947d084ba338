"""Stolen numbers are worth more once somebody knows which of them still pay. Here they are not found out."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from payouts.sandbox import services as sandbox
from payouts.wallet import limits
from payouts.wallet import services as wallet
from payouts.wallet.models import Decline
from tests.payouts.stripe.story import open_top_up, pay, work_for

pytestmark = pytest.mark.django_db
STOLEN = ["4000000000000002"] * 14


@pytest.fixture
def now():
    return timezone.now()


def cards_tried(eve, cards, now) -> int:
    """She goes on until no page takes another card; she opens a new one whenever she can."""
    tried, page = 0, None
    for card in cards:
        try:
            page = page or open_top_up(eve, 500, now=now)
            pay(page, card=card)
        except sandbox.Declined:
            tried += 1
        except sandbox.NotOpen:
            page = None
        except wallet.TooOften:
            break
        work_for(2)
    return tried


class CardTestingTests:
    def test_few_numbers_are_tried_in_an_hour(self, eve, now):
        assert cards_tried(eve, STOLEN, now) == settings.DECLINES_PER_HOUR
        with pytest.raises(wallet.TooOften) as wait:
            open_top_up(eve, 500, now=timezone.now())
        assert wait.value.until > now + timedelta(minutes=55)

    def test_the_page_that_was_open_is_closed(self, eve, now):
        page = open_top_up(eve, 500, now=now)
        for card in STOLEN[: settings.DECLINES_PER_HOUR]:
            with pytest.raises(sandbox.Declined):
                pay(page, card=card)
        work_for(4)
        with pytest.raises(sandbox.NotOpen):
            pay(page, card=sandbox.GOOD_CARD)

    def test_patience_does_not_help_within_the_day(self, eve, now):
        tried = 0
        for hour in range(6):
            tried += cards_tried(eve, STOLEN, now + timedelta(hours=hour))
            Decline.objects.update(declined_at=now + timedelta(hours=hour))
        assert tried <= settings.DECLINES_PER_DAY

    def test_an_honest_member_beside_her_pays(self, eve, alice, now):
        cards_tried(eve, STOLEN, now)
        pay(open_top_up(alice, 500, now=now))
        work_for(4)
        assert wallet.credit(member=alice).minor == 500

    def test_without_the_limit_all_are_found_out(self, eve, now, monkeypatch):
        """The broken twin."""
        monkeypatch.setattr(limits, "_after_declines", lambda member, now: [])
        assert cards_tried(eve, STOLEN, now) == len(STOLEN)
