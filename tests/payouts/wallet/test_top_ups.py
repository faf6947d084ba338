from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import connection, transaction

from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.money import BadAmount, Money
from payouts.stripe.answers import Refused
from payouts.wallet import services as wallet
from payouts.wallet.models import CreditLot, Customer, TopUp
from tests.payouts.purse import charge, eur, give_credit, session_of, stripe_says

pytestmark = pytest.mark.django_db
State = TopUp.State


def start(member, minor, now, return_path="/wallet/"):
    return wallet.start_top_up(member=member, amount=eur(minor), return_path=return_path, now=now)


def confirm(top_up, now, **changes):
    with stripe_says(session_of(top_up, **changes)):
        return wallet.confirm_top_up(stripe_session=f"cs_test_{top_up.pk}", now=now)


class StartTests:
    def test_nothing_is_credited_yet(self, alice, now):
        assert start(alice, 2_000, now).state == State.NEW
        assert wallet.credit(member=alice) == eur(0)

    @pytest.mark.parametrize("minor", [-500, 0, 499, 50_001, 10**12])
    def test_only_5_to_500(self, alice, now, minor):
        with pytest.raises(BadAmount):
            start(alice, minor, now)
        assert not TopUp.objects.exists()

    def test_not_in_another_currency(self, alice, now):
        with pytest.raises(BadAmount):
            wallet.start_top_up(member=alice, amount=Money(2_000, "USD"), return_path="/wallet/", now=now)

    def test_credit_stops_at_500_with_what_is_held(self, alice, now):
        give_credit(alice, 40_000, now)
        wallet.hold(payer=alice, amount=eur(10_000), key="k", reference="period:1", now=now)
        with pytest.raises(wallet.CreditLimit) as refused:
            start(alice, 10_001, now)
        assert refused.value.room == eur(10_000)
        assert start(alice, 10_000, now).amount == eur(10_000)

    @pytest.mark.parametrize(
        "path",
        [
            *("https://evil.example/", "//evil.example/", "/\\evil.example", "r/abc", "", "javascript:alert(1)"),
            *("/r/a\0b/", "/r/a\r\nLocation: https://evil.example/"),
        ],
    )
    def test_no_way_back_to_another_site(self, alice, now, path):
        assert start(alice, 2_000, now, return_path=path).return_path == "/wallet/"

    def test_back_to_the_room(self, alice, now):
        assert start(alice, 2_000, now, return_path="/r/abc/").return_path == "/r/abc/"


class OpenCheckoutTests:
    """What could be paid on pages that are open counts towards the hard limit of 2 000."""

    def open(self, member, minor, now):
        top_up = start(member, minor, now)
        TopUp.objects.filter(pk=top_up.pk).update(state=State.OPEN, stripe_session=f"cs_test_{top_up.pk}")
        top_up.refresh_from_db()
        return top_up

    def test_credit_held_and_open_pages_stay_within_2000(self, alice, eve, now):
        give_credit(alice, 10_000, now)
        wallet.hold(payer=alice, amount=eur(5_000), key="k", reference="period:1", now=now)
        for minor in (40_000, 40_000, 40_000, 40_000, 30_000):
            self.open(alice, minor, now)
        with pytest.raises(wallet.CheckoutsOpen):
            start(alice, 500, now)
        assert start(eve, 50_000, now)

    @pytest.mark.parametrize(
        ("state", "age", "counts"),
        [
            (State.OPEN, timedelta(hours=23), True),
            (State.OPEN, timedelta(hours=25), False),
            (State.NEW, timedelta(seconds=1), True),
            (State.NEW, timedelta(minutes=3), False),
            (State.EXPIRED, timedelta(), False),
        ],
    )
    def test_a_page_counts_while_one_could_pay_there(self, alice, now, state, age, counts):
        TopUp.objects.create(member=alice, amount_minor=199_900, currency="EUR", state=state, made_at=now - age)
        with pytest.raises(wallet.CheckoutsOpen) if counts else nullcontext():
            start(alice, 500, now)

    @pytest.mark.postgres
    @pytest.mark.django_db(transaction=True)
    def test_forms_sent_at_once_are_seen_in_turn(self, alice, now):
        self.open(alice, 50_000, now)
        self.open(alice, 50_000, now)
        self.open(alice, 50_000, now)

        def start_too():
            try:
                return start(alice, 50_000, now)
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as other:
            with transaction.atomic():
                start(alice, 50_000, now)
                second = other.submit(start_too)
                with pytest.raises(TimeoutError):
                    second.result(timeout=0.5)
            with pytest.raises(wallet.CheckoutsOpen):
                second.result(timeout=30)

    def test_a_closed_page_is_asked_about_and_counts_no_more(self, alice, now):
        opened = [self.open(alice, 50_000, now) for _ in range(4)]
        with patch("payouts.stripe.gateway.expire_checkout_session") as expire:
            for top_up in opened:
                with stripe_says(session_of(top_up, status="expired", payment_status="unpaid")):
                    assert wallet.close_checkout(top_up=top_up, now=now).state == State.EXPIRED
        assert expire.call_count == 4
        assert start(alice, 50_000, now)

    def test_a_page_paid_meanwhile_is_credited_instead(self, alice, now):
        top_up = self.open(alice, 2_000, now)
        refusal = Refused("not open", code="resource_missing")
        with (
            patch("payouts.stripe.gateway.expire_checkout_session", side_effect=refusal),
            stripe_says(session_of(top_up)),
        ):
            assert wallet.close_checkout(top_up=top_up, now=now).state == State.PAID
        assert wallet.credit(member=alice) == eur(2_000)


class CheckoutTests:
    def test_the_member_becomes_a_customer_once(self, alice, now):
        with (
            patch("payouts.stripe.gateway.create_customer", return_value="cus_1") as made,
            patch("payouts.stripe.gateway.create_checkout_session") as opened,
        ):
            for _ in range(2):
                top_up = start(alice, 2_000, now)
                opened.return_value = session_of(top_up, customer="cus_1", status="open", payment_status="unpaid")
                url = wallet.open_checkout(top_up=top_up, success_url="/back", cancel_url="/back", now=now)
        assert made.call_count == 1
        assert Customer.objects.get().stripe_id == "cus_1"
        top_up.refresh_from_db()
        assert (top_up.state, top_up.stripe_session) == (State.OPEN, f"cs_test_{top_up.pk}")
        assert url.endswith(top_up.stripe_session)


class ConfirmTests:
    def test_paid_is_credited_once_by_page_and_event(self, alice, now):
        top_up = start(alice, 2_000, now)
        assert [confirm(top_up, now).state for _ in range(3)] == [State.PAID] * 3
        assert wallet.credit(member=alice) == eur(2_000)
        assert CreditLot.objects.get().remaining_minor == 2_000

    @pytest.mark.parametrize(
        "changes", [{"id": "cs_test_other"}, {"customer": "cus_other"}, {"currency": "USD"}, {"top_up_id": 404}]
    )
    def test_a_session_of_another_with_our_number_credits_nothing(self, alice, now, changes):
        top_up = start(alice, 2_000, now)
        TopUp.objects.update(state=State.OPEN, stripe_session=f"cs_test_{top_up.pk}")
        with pytest.raises(TopUp.DoesNotExist):
            confirm(top_up, now, **changes)
        assert wallet.credit(member=alice) == eur(0)

    def test_the_event_may_come_before_we_know_the_session(self, alice, now):
        assert confirm(start(alice, 2_000, now), now).stripe_session
        assert wallet.credit(member=alice) == eur(2_000)

    def test_a_visit_without_payment_credits_nothing(self, alice, now):
        top_up = start(alice, 2_000, now)
        assert confirm(top_up, now, status="open", payment_status="unpaid").state == State.NEW
        assert wallet.credit(member=alice) == eur(0)

    def test_an_expired_session_closes_it(self, alice, now):
        top_up = start(alice, 2_000, now)
        assert confirm(top_up, now, status="expired", payment_status="unpaid").state == State.EXPIRED

    def test_money_that_stripe_took_is_credited_above_the_limit(self, alice, now):
        first, second = start(alice, 50_000, now), start(alice, 50_000, now)
        confirm(first, now)
        confirm(second, now)
        assert wallet.credit(member=alice) == eur(100_000)

    def test_what_stripe_took_counts_not_what_was_asked(self, alice, now):
        confirm(start(alice, 2_000, now), now, amount_minor=1_900)
        assert wallet.credit(member=alice) == eur(1_900)

    def test_the_fee_is_the_platforms_and_may_come_later(self, alice, now):
        top_up = start(alice, 2_000, now)
        confirm(top_up, now)
        for _ in range(2):
            confirm(top_up, now, fee=eur(88))
        assert wallet.credit(member=alice) == eur(2_000)
        assert ledger.balance(accounts.stripe_fees(), "EUR") == eur(88)
        assert ledger.balance(accounts.stripe_pending(), "EUR") == eur(1_912)


def moves(member) -> list[tuple[str, int]]:
    return [(move.kind, move.amount.minor) for move in wallet.history(member=member, count=99).moves]


class HistoryTests:
    def test_newest_first_with_what_each_did(self, alice, bob, now):
        give_credit(alice, 2_000, now)
        give_credit(alice, 500, now)
        charge(alice, bob, 2_100, now.replace(hour=10), reference="period:7")
        assert moves(alice) == [("charge", -2_100), ("top_up", 500), ("top_up", 2_000)]

    def test_pages_follow_each_other_without_a_gap(self, alice, bob, now):
        for number in range(9):
            give_credit(alice, 1_000 + number, now)
            charge(alice, bob, 1_200 if number % 2 else 700, now, reference=f"period:{number}")
        whole = moves(alice)
        assert len(whole) == 18
        paged, before = [], ""
        while page := wallet.history(member=alice, count=4, before=before):
            paged += [(move.kind, move.amount.minor) for move in page.moves]
            before = page.older
            if not before:
                break
        assert paged == whole

    @pytest.mark.parametrize("before", ["x", "1", "1-", "-1-2", "1-2-3", "९-९", "9" * 40 + "-1", "1-1;--"])
    def test_an_address_made_up_shows_the_newest(self, alice, now, before):
        give_credit(alice, 2_000, now)
        assert [move.kind for move in wallet.history(member=alice, count=5, before=before).moves] == ["top_up"]

    def test_nobody_pages_through_anothers(self, alice, eve, now):
        give_credit(alice, 2_000, now)
        assert wallet.history(member=eve, count=5, before="999-999").moves == []
