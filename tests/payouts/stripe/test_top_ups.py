"""A top-up from the hosted page to the credit: by the event, by the page that people come back to, by both, by neither."""

from unittest.mock import Mock

import pytest
from django.urls import reverse
from django.utils import timezone

from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.sandbox import services as sandbox
from payouts.sandbox.models import SandboxDelivery
from payouts.stripe import installation, work
from payouts.stripe.answers import CheckoutSession, Refused
from payouts.stripe.models import Installation, StripeEvent
from payouts.wallet import services as wallet
from payouts.wallet.models import Customer, TopUp
from tests.payouts.purse import eur
from tests.payouts.stripe.story import HOME, open_top_up, pay, work_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()  # events are signed in real time


@pytest.fixture
def top_up(alice, now) -> TopUp:
    return open_top_up(alice, 2_000, now=now)


def credit(member) -> int:
    return wallet.credit(member=member).minor


class TopUpTests:
    def test_the_event_credits(self, alice, top_up):
        pay(top_up)
        assert credit(alice) == 0
        work_for(4)
        assert credit(alice) == 2_000
        assert not StripeEvent.objects.filter(processed_at=None).exists()

    def test_the_page_that_one_comes_back_to_credits(self, alice, top_up, now):
        pay(top_up)
        wallet.confirm_top_up(stripe_session=top_up.stripe_session, now=now)
        assert credit(alice) == 2_000

    def test_both_credit_once(self, alice, top_up, now):
        pay(top_up)
        wallet.confirm_top_up(stripe_session=top_up.stripe_session, now=now)
        work_for(4)
        wallet.confirm_top_up(stripe_session=top_up.stripe_session, now=now)
        assert credit(alice) == 2_000

    def test_coming_back_without_having_paid_credits_nothing(self, alice, top_up, now):
        assert wallet.confirm_top_up(stripe_session=top_up.stripe_session, now=now).state == TopUp.State.OPEN
        work_for(4)
        assert credit(alice) == 0

    def test_a_declined_card_credits_nothing_and_another_may_follow(self, alice, top_up):
        for card in sandbox.DECLINED_CARDS:
            with pytest.raises(sandbox.Declined):
                pay(top_up, card=card)
        work_for(4)
        assert credit(alice) == 0
        pay(top_up)
        work_for(4)
        assert credit(alice) == 2_000

    def test_the_fee_of_stripe_is_the_platforms(self, top_up):
        pay(top_up)
        work_for(4)
        assert ledger.balance(accounts.stripe_fees(), "EUR") == eur(88)
        assert ledger.balance(accounts.stripe_pending(), "EUR") == eur(2_000 - 88)

    def test_a_page_left_open_expires(self, alice, top_up, monkeypatch):
        monkeypatch.setattr("payouts.sandbox.services.books.stamp", lambda _moment: 2**40)
        work_for(4)
        top_up.refresh_from_db()
        assert (top_up.state, credit(alice)) == (TopUp.State.EXPIRED, 0)
        with pytest.raises(sandbox.NotOpen):
            pay(top_up)


class ReturnPageTests:
    def test_without_a_paid_session_credits_nothing(self, alice, top_up, signed_in):
        for query in ("", "?cancelled=1", "?session_id=cs_test_invented", "?paid=1"):
            signed_in(alice).get(reverse("top_up_return", args=[top_up.pk]) + query)
        assert credit(alice) == 0

    def test_of_a_paid_one_credits_once_however_often_it_is_opened(self, alice, top_up, signed_in):
        pay(top_up)
        for _ in range(3):
            signed_in(alice).get(reverse("top_up_return", args=[top_up.pk]))
        assert credit(alice) == 2_000

    def test_of_somebody_else_does_not_exist(self, eve, top_up, signed_in):
        pay(top_up)
        assert signed_in(eve).get(reverse("top_up_return", args=[top_up.pk])).status_code == 404
        assert credit(eve) == 0

    def test_believing_the_address_would_credit(self, alice, top_up, now, monkeypatch):
        """The broken twin: were the session not looked at, an open one would be money."""
        monkeypatch.setattr(CheckoutSession, "is_paid", property(lambda _session: True))
        wallet.confirm_top_up(stripe_session=top_up.stripe_session, now=now)
        assert credit(alice) == 2_000


class CancelledTests:
    def test_nobody_can_pay_there_any_more(self, alice, top_up, signed_in):
        page = signed_in(alice).get(reverse("top_up_return", args=[top_up.pk]) + "?cancelled=1").content.decode()
        assert "Payment cancelled" in page
        with pytest.raises(sandbox.NotOpen):
            pay(top_up)

    def test_what_was_paid_stays_paid(self, alice, top_up, signed_in):
        pay(top_up)
        signed_in(alice).get(reverse("top_up_return", args=[top_up.pk]) + "?cancelled=1")
        assert credit(alice) == 2_000

    def test_pages_left_open_lock_nobody_out(self, alice, now, signed_in):
        left_open = [open_top_up(alice, 50_000, now=now) for _ in range(4)]
        assert signed_in(alice).post("/wallet/top-up/", {"amount": "500"}).status_code == 302
        with pytest.raises(sandbox.NotOpen):
            pay(left_open[0])


class InstallationTests:
    """A database that begins anew has the same numbers; Stripe remembers the old ones."""

    def test_keys_and_metadata_of_an_older_database_are_not_ours(self, alice, now):
        theirs = open_top_up(alice, 2_000, now=now)
        pay(theirs)
        TopUp.objects.all().delete()
        Customer.objects.all().delete()
        Installation.objects.update(tag="another")
        ours = TopUp.objects.create(pk=theirs.pk, member=alice, amount_minor=2_500, currency="EUR", made_at=now)
        wallet.open_checkout(top_up=ours, success_url=HOME, cancel_url=HOME, now=now)
        with pytest.raises(TopUp.DoesNotExist):
            wallet.confirm_top_up(stripe_session=theirs.stripe_session, now=now)
        work_for(4)
        assert credit(alice) == 0

    def test_the_tag_is_made_once(self):
        assert installation.tag() == installation.tag() != ""


class EventTests:
    def test_repeated_credits_once(self, alice, top_up):
        pay(top_up)
        work_for(2)
        for delivery in sandbox.latest_deliveries():
            sandbox.send_again(delivery_id=delivery.pk)
        work_for(4)
        assert SandboxDelivery.objects.filter(delivered_at=None).count() == 0
        assert credit(alice) == 2_000

    def test_acted_on_twice_credits_once(self, alice, top_up):
        """Were the row lost between acting and marking, the event is acted on again."""
        pay(top_up)
        work_for(4)
        StripeEvent.objects.update(processed_at=None, due_at=timezone.now())
        work_for(4)
        assert credit(alice) == 2_000

    def test_in_any_order_credits_once(self, alice, top_up):
        pay(top_up)
        for delivery in reversed(SandboxDelivery.objects.order_by("pk")):
            SandboxDelivery.objects.filter(pk=delivery.pk).update(due_at=timezone.now())
            sandbox.work(now=timezone.now())
            work.process_events(now=timezone.now())
        assert credit(alice) == 2_000

    def test_that_lies_about_the_sum_changes_nothing(self, alice, top_up, now):
        """Even a signed snapshot is only a hint: what is true is asked of Stripe."""
        session = {"id": top_up.stripe_session, "object": "checkout.session", "payment_status": "paid"}
        _stored("checkout.session.completed", {**session, "amount_total": 999_999}, now)
        work.process_events(now=now)
        assert credit(alice) == 0

    def test_of_a_session_that_stripe_does_not_know_is_put_aside(self, now):
        event = _stored("checkout.session.completed", {"id": "cs_test_nobody"}, now)
        work.process_events(now=now)
        event.refresh_from_db()
        assert event.processed_at
        assert "No such session" in event.error

    def test_that_stripe_will_not_talk_about_just_now_is_tried_again(self, top_up, now, monkeypatch):
        event = _stored("checkout.session.completed", {"id": top_up.stripe_session}, now)
        refusal = Refused("this key may not", code="permission_denied")
        monkeypatch.setattr("payouts.stripe.gateway.retrieve_checkout_session", Mock(side_effect=refusal))
        work.process_events(now=now)
        event.refresh_from_db()
        assert (event.processed_at, "may not" in event.error) == (None, True)

    def test_of_a_kind_that_we_do_not_use_is_put_aside(self, now):
        event = _stored("customer.created", {"id": "cus_1"}, now)
        assert work.process_events(now=now) == 1
        event.refresh_from_db()
        assert (event.processed_at, event.error) == (now, "")

    def test_that_fails_stays_with_its_error_and_is_tried_again_later(self, alice, top_up, now, monkeypatch):
        pay(top_up)
        event = _stored("checkout.session.completed", {"id": top_up.stripe_session}, now)
        monkeypatch.setattr("payouts.stripe.gateway.retrieve_checkout_session", _no_answer)
        for waits in (1, 2, 4):
            event.refresh_from_db()
            at = event.due_at
            assert work.process_events(now=at) == 1
            event.refresh_from_db()
            assert ((event.due_at - at).total_seconds(), event.processed_at) == (waits, None)
            assert "no answer" in event.error
        monkeypatch.undo()
        work.process_events(now=event.due_at)
        event.refresh_from_db()
        assert (event.error, credit(alice)) == ("", 2_000)

    def test_is_not_claimed_with_a_moment_long_past(self, now, monkeypatch):
        passed = [0.0]
        monkeypatch.setattr("payouts.stripe.work.time.monotonic", lambda: passed[0])
        act = lambda event, now: passed.__setitem__(0, passed[0] + 20)  # noqa: E731
        monkeypatch.setitem(work.ACTIONS, "charge.updated", act)
        for _ in range(10):
            _stored("charge.updated", {}, now)
        assert work.process_events(now=now) == 2

    def test_taken_by_one_worker_is_left_by_another(self, now):
        event = _stored("customer.created", {"id": "cus_1"}, now)
        same = StripeEvent.objects.get()
        assert work._claim(event, now)
        assert not work._claim(same, now)


def _stored(type_: str, about: dict, now) -> StripeEvent:
    event_id = f"evt_{StripeEvent.objects.count()}"
    return StripeEvent.objects.create(
        event_id=event_id,
        endpoint="platform",
        type=type_,
        payload={"data": {"object": about}},
        received_at=now,
        due_at=now,
    )


def _no_answer(*_args, **_options):
    raise TimeoutError("no answer")
