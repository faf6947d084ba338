"""Events that never came: fetched each hour from where the last look ended, kept once, acted on as if they had come."""

from datetime import timedelta

import pytest
from django.utils import timezone

from payouts.disputes.models import Dispute
from payouts.sandbox import deliveries, pay_out
from payouts.sandbox import services as sandbox
from payouts.sandbox.models import SandboxDelivery, SandboxObject
from payouts.stripe import books, gateway, missed, work
from payouts.stripe.answers import NotAnswered
from payouts.stripe.models import EventCursor, StripeEvent
from payouts.wallet import services as wallet
from payouts.withdrawals.models import BankConnection, Withdrawal
from tests.payouts.purse import purse
from tests.payouts.stripe.story import connect, earn, open_top_up, pay, stripe_and_ledger_agree, withdraw, work_for

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1, minutes=1)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def our_address_is_wrong(monkeypatch):
    """Every event is answered 404 until Stripe gives up."""
    monkeypatch.setattr(deliveries, "post", lambda *_args: 404)


def told() -> int:
    """How many events Stripe has."""
    return SandboxObject.objects.filter(kind="event").count()


def look(at) -> int:
    found = missed.fetch_missed(now=at)
    work.process_events(now=at)
    return found


class MissedEventTests:
    def test_a_payment_is_credited(self, alice, now, our_address_is_wrong):
        pay(open_top_up(alice, 2_000, now=now))
        work_for(4)
        assert (StripeEvent.objects.count(), wallet.credit(member=alice).minor) == (0, 0)
        assert look(now) == told()
        assert wallet.credit(member=alice).minor == 2_000
        assert stripe_and_ledger_agree()

    def test_a_dispute_is_read_though_its_event_is_forgotten(self, alice, now, our_address_is_wrong, monkeypatch):
        top_up = open_top_up(alice, 2_000, now=now)
        pay(top_up)
        wallet.confirm_top_up(stripe_session=top_up.stripe_session, now=now)
        sandbox.do(deed="dispute", about=SandboxObject.objects.get(kind="charge").data["id"])
        monkeypatch.setattr(books, "events", lambda **_how: iter(()))  # Stripe keeps them for 30 days
        look(now)
        assert (Dispute.objects.get().status, wallet.is_blocked(member=alice)) == ("needs_response", True)
        look(now + HOUR)
        assert Dispute.objects.count() == 1
        assert stripe_and_ledger_agree()

    @pytest.mark.parametrize(
        ("bank", "state"),
        [(pay_out.PAYING_BANK, Withdrawal.State.PAID), (pay_out.REFUSING_BANK, Withdrawal.State.FAILED)],
    )
    def test_a_payouts_end_is_heard_of(self, alice, bob, now, our_address_is_wrong, bank, state):
        earn(bob, alice, 10_000, now=now)
        connect(bob, number=bank, now=now)
        withdraw(bob, 7_000, now=now)
        work_for(20)
        assert Withdrawal.objects.get().state == Withdrawal.State.SENT
        look(now)
        work_for(4)
        assert Withdrawal.objects.get().state == state
        assert purse(bob)["available"] == ("0.00" if state == Withdrawal.State.PAID else "70.00")
        assert {event.account for event in StripeEvent.objects.filter(endpoint="connect")} == {
            BankConnection.objects.get().stripe_account
        }

    def test_what_became_of_an_account_is_asked_when_its_thin_events_were_missed(self, bob, now, our_address_is_wrong):
        connect(bob, now=now)
        BankConnection.objects.update(transfers_status="inactive")
        look(now)
        assert BankConnection.objects.get().is_ready

    def test_what_had_come_is_kept_once(self, alice, now):
        pay(open_top_up(alice, 2_000, now=now))
        work_for(4)
        assert (look(now), StripeEvent.objects.count()) == (0, told())

    def test_one_that_comes_after_it_was_fetched_is_kept_once(self, alice, now):
        pay(open_top_up(alice, 2_000, now=now))
        assert look(now) == told()
        work_for(4)
        assert SandboxDelivery.objects.filter(delivered_at=None).count() == 0
        assert (StripeEvent.objects.count(), wallet.credit(member=alice).minor) == (told(), 2_000)


class CursorTests:
    def test_looks_once_an_hour_and_goes_on_from_there(self, alice, now, our_address_is_wrong, monkeypatch):
        asked = []
        plain = books.events
        monkeypatch.setattr(
            books, "events", lambda *, account, since: asked.append(since) or plain(account=account, since=since)
        )
        pay(open_top_up(alice, 500, now=now))
        assert [look(now), look(now + timedelta(minutes=59))] == [told(), 0]
        before = told()
        pay(open_top_up(alice, 500, now=now))
        assert (look(now + HOUR), len(asked)) == (told() - before, 2)
        assert asked[1] > asked[0]

    def test_reads_page_by_page(self, alice, now, our_address_is_wrong, monkeypatch):
        monkeypatch.setattr(books, "PAGE", 2)
        for _ in range(3):
            pay(open_top_up(alice, 500, now=now))
        assert look(now) == told()

    def test_dying_on_the_way_reads_again(self, alice, now, our_address_is_wrong, monkeypatch):
        pay(open_top_up(alice, 500, now=now))
        plain = missed.incoming.keep
        kept = []

        def die_at_the_second(event, **options):
            if kept:
                raise KeyboardInterrupt
            kept.append(event)
            return plain(event, **options)

        with monkeypatch.context() as patch:
            patch.setattr(missed.incoming, "keep", die_at_the_second)
            with pytest.raises(KeyboardInterrupt):
                missed.fetch_missed(now=now)
        assert (look(now + HOUR), StripeEvent.objects.count()) == (told() - 1, told())

    def test_without_an_answer_it_asks_again_soon_and_for_the_others_at_once(self, bob, now, monkeypatch):
        account = connect(bob, now=now)
        plain = books.events

        def deaf(*, account, since):
            if account:
                raise NotAnswered("time-out")
            return plain(account=account, since=since)

        monkeypatch.setattr(books, "events", deaf)
        look(now)
        due = dict(EventCursor.objects.values_list("account", "due_at"))
        assert due == {"": now + missed.EVERY, account: now + missed.AFTER_NO_ANSWER}

    def test_two_workers_look_once(self, now, monkeypatch):
        plain = EventCursor.objects.filter
        look(now)
        EventCursor.objects.update(due_at=now)
        cursor = EventCursor.objects.get()
        assert plain(pk=cursor.pk, due_at=cursor.due_at).update(due_at=now + HOUR) == 1
        assert plain(pk=cursor.pk, due_at=cursor.due_at).update(due_at=now + HOUR) == 0

    def test_without_anything_to_find_it_asks_once_for_the_platform(self, now, judge):
        look(now)
        assert judge.seen["GET /v1/events"] == 1
        assert gateway  # nothing else was asked
