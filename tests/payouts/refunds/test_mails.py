"""The member reads where their unused credit is, once for each step."""

import pytest
from django.utils import timezone

from payouts.refunds import services as refunds
from payouts.sandbox import cards
from payouts.stripe import refund_gateway
from payouts.stripe.answers import Refused
from tests.payouts.mail.inbox import letters
from tests.payouts.purse import eur
from tests.payouts.refunds.test_refunds import ask, enough_at_stripe, top_up
from tests.payouts.stripe.story import work_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


def read(who: str = "alice") -> list[str]:
    return letters(timezone.now(), to=who)


class MailTests:
    def test_asked_for_and_sent(self, alice, eve, now):
        enough_at_stripe(eve, now)
        top_up(alice, 2_000, now)
        top_up(alice, 1_000, now)
        ask(alice, 2_500, now=now)
        ask(alice, 2_500, now=now)  # pressed twice
        work_for(4)
        asked, *sent = read()
        assert "You asked for €25.00 back" in asked
        assert "If it was not you" in asked
        assert [text.splitlines()[0] for text in sent] == [
            "€10.00 is on its way to your card",
            "€15.00 is on its way to your card",
        ]
        assert "paid €20.00 on" in sent[1]

    def test_a_bank_that_refuses_later(self, alice, eve, now):
        enough_at_stripe(eve, now)
        top_up(alice, 2_000, now, card=cards.REFUND_FAILS_CARD)
        ask(alice, now=now)
        work_for(6)
        last = read()[-1]
        assert "€20.00 could not go back to your card" in last
        assert "€20.00 is your credit again" in last

    @pytest.mark.parametrize(
        ("is_sent", "words"), [(True, "sent from our bank to yours"), (False, "€20.00 is your credit again")]
    )
    def test_refused_for_good_and_settled(self, alice, sam, now, monkeypatch, is_sent, words):
        def no(**_how):
            raise Refused("no", code="charge_disputed")

        top_up(alice, 2_000, now)
        monkeypatch.setattr(refund_gateway, "create_refund", no)
        (refund,) = ask(alice, now=now)
        work_for(2)
        assert "is kept aside for you" in read()[-1]
        refunds.settle(refund_id=refund.pk, staff=sam, is_sent=is_sent, note="As agreed", now=now)
        assert words in read()[-1]

    def test_nothing_of_a_refund_that_was_not_made(self, alice, now):
        with pytest.raises(refunds.NotEnough):
            refunds.request(member=alice, amount=eur(500), key="form-1", now=now)
        assert read() == []
