"""kill -9 between Stripe's answer and our commit: the refund was made once, and the books say so."""

import pytest
from django.utils import timezone

from payouts.outbox.models import OutboxRow
from payouts.refunds import services as refunds
from payouts.refunds.models import Refund
from payouts.wallet import services as wallet
from tests.payouts.purse import eur, purse
from tests.payouts.stripe.story import open_top_up, pay, stripe_and_ledger_agree
from tests.payouts.stripe.test_crash import at_stripe, kill_when_stripe_has_answered, let_another_worker_finish

pytestmark = pytest.mark.django_db(transaction=True)


class KilledWorkerTests:
    @pytest.mark.prove
    def test_a_refund_is_made_once(self, alice):
        now = timezone.now()
        top_up = open_top_up(alice, 2_000, now=now)
        pay(top_up)
        wallet.confirm_top_up(stripe_session=top_up.stripe_session, now=now)
        refunds.request(member=alice, amount=eur(500), key="form", now=now)
        kill_when_stripe_has_answered("create_refund")
        assert (Refund.objects.get().state, len(at_stripe("refund"))) == ("requested", 1)

        let_another_worker_finish(OutboxRow.objects.get(action="stripe.refund"))
        assert (Refund.objects.get().state, len(at_stripe("refund")), purse(alice)["credit"]) == ("paid", 1, "15.00")
        assert stripe_and_ledger_agree()
