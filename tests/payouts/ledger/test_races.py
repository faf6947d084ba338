"""Races with real threads and real transactions. SQLite lets one writer in at a time, so these need PostgreSQL."""

from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier, Thread
from time import sleep
from traceback import print_exc
from unittest.mock import patch

import pytest
from django.db import connection, transaction

from marketplace.accounts.models import User
from payouts.earnings import services as earnings
from payouts.ledger import accounts, posting, services
from payouts.ledger.models import Entry
from payouts.ledger.services import Line
from payouts.ledger.verify import verify as verify_ledger
from payouts.wallet import services as wallet
from payouts.wallet.models import Hold, MonthlyLimit
from payouts.wallet.verify import verify as verify_wallet
from payouts.withdrawals import services as withdrawals
from payouts.withdrawals.models import Withdrawal
from tests import cast
from tests.payouts.purse import capture, charge, connect_bank, eur, give_credit, give_promo, make_available, purse

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def books():
    return [verify_ledger, verify_wallet]


def at_once(count: int, what: Callable[[int], object]) -> Counter:
    """Run what(0) ... what(count - 1), each in a thread with a connection of its own; count how they ended.

    Where a test fails, pytest shows what each of them raised.
    """
    start, ends = Barrier(count), Counter()

    def run(number: int) -> None:
        try:
            start.wait()
            what(number)
            ends["done"] += 1
        except Exception as problem:
            ends[type(problem).__name__] += 1
            print_exc()
        finally:
            connection.close()

    threads = [Thread(target=run, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends


def hold_one_euro_24_times(alice: User, now) -> Counter:
    give_credit(alice, 1_000, now)

    def hold(number: int) -> None:
        wallet.hold(payer=alice, amount=eur(100), key=f"hold:{number}", reference=f"period:{number}", now=now)

    return at_once(24, hold)


THE_LOOK = "WHERE NOT EXISTS (SELECT FROM locked WHERE minor < 0)"
THE_LOCK = "FOR NO KEY UPDATE OF account"


@contextmanager
def without(guard: str):
    """A broken twin of `post`, without `guard`, on a database that does not look either."""
    real = posting._statement
    assert guard in real(2, 1)
    twin = "ALTER TABLE payouts_account DROP CONSTRAINT account_never_below_zero"
    whole = "ALTER TABLE payouts_account ADD CONSTRAINT account_never_below_zero CHECK (balance_minor >= 0) NOT VALID"
    with connection.cursor() as cursor:
        cursor.execute(twin)
    try:
        with patch.object(posting, "_statement", lambda *of: real(*of).replace(guard, "")):
            yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(whole)


class HoldRaceTests:
    def test_24_holds_on_credit_for_10_give_exactly_10(self, alice, now):
        assert hold_one_euro_24_times(alice, now) == {"done": 10, "InsufficientCredit": 14}
        assert purse(alice)["credit"] == "0.00"
        assert Hold.objects.filter(is_open=True).count() == 10

    def test_the_same_without_the_look_oversells(self, alice, now, plants_an_error):
        """What the test above would let through if it proved nothing."""
        with without(THE_LOOK):
            assert hold_one_euro_24_times(alice, now) == {"done": 24}
            assert purse(alice)["credit"] == "-14.00"

    def test_the_same_without_the_lock_looks_at_what_was(self, alice, now, plants_an_error):
        with without(THE_LOCK):
            assert hold_one_euro_24_times(alice, now)["done"] > 10

    def test_the_same_key_from_24_threads_is_one_hold(self, alice, now):
        give_credit(alice, 1_000, now)
        ends = at_once(
            24, lambda _: wallet.hold(payer=alice, amount=eur(100), key="one", reference="period:1", now=now)
        )
        assert ends == {"done": 24}
        assert purse(alice) == {"credit": "9.00", "held": "1.00", "pending": "0.00", "available": "0.00"}


class BusyExpertTests:
    def test_what_two_callers_pay_one_expert_does_not_wait_for_each_other(self, alice, bob, now):
        """The one's charge is posted and not committed; the other's is by then. A balance that both grew would be locked."""
        carl = cast.member("Carl")
        for payer in (alice, carl):
            give_credit(payer, 1_000, now)
        charge(alice, bob, 100, now)  # bob's account is there
        ends: list[Counter] = []

        def pay(_number: int) -> None:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '5s'")  # LOCAL: the connection goes back to the pool
                charge(carl, bob, 100, now)

        with transaction.atomic():
            charge(alice, bob, 100, now)
            ends.append(at_once(1, pay))
        assert ends == [{"done": 1}]
        assert earnings.summary(expert=bob).pending == eur(210)


class PromotionalRaceTests:
    """What a hold reads of the promotional credit may be gone when it is posted."""

    def ten_euros_half_given(self, alice, now):
        give_credit(alice, 500, now)
        give_promo(alice, 500, now)

    def hold_70_cents_14_times(self, alice, now) -> Counter:
        self.ten_euros_half_given(alice, now)

        def hold(number: int) -> None:
            wallet.hold(payer=alice, amount=eur(70), key=f"hold:{number}", reference=f"period:{number}", now=now)

        return at_once(14, hold)

    def test_holds_at_once_spend_both_to_the_last(self, alice, now):
        assert self.hold_70_cents_14_times(alice, now) == {"done": 14}
        assert purse(alice) == {"credit": "0.20", "held": "9.80", "pending": "0.00", "available": "0.00"}
        assert sum(Hold.objects.values_list("promotional_minor", flat=True)) == 500

    def test_the_same_without_reading_again_refuses_what_could_be_paid(self, alice, now):
        """A broken twin that takes the first refusal for the last word."""
        real = services.post

        def once(**what):
            try:
                return real(**what)
            except services.Overdraft:
                raise services.Overdraft("caller_credit") from None

        with patch("payouts.wallet.holds.ledger.post", once):
            ends = self.hold_70_cents_14_times(alice, now)
        assert ends["InsufficientCredit"] > 0

    def test_the_same_key_from_24_threads_is_one_hold(self, alice, now):
        self.ten_euros_half_given(alice, now)
        ends = at_once(
            24, lambda _: wallet.hold(payer=alice, amount=eur(700), key="one", reference="period:1", now=now)
        )
        assert ends == {"done": 24}
        assert purse(alice)["held"] == "7.00"

    def test_expiry_against_holds_captures_and_refunds_loses_nothing(self, alice, bob, now):
        give_credit(alice, 5_000, now)
        for number in range(10):
            give_promo(alice, 100, now, expires_at=now + timedelta(days=1), key=f"promo:{number}")

        def live(number: int) -> None:
            if number % 3 == 0:
                wallet.expire_due(now=now + timedelta(days=1))
                return
            reference = f"period:{number}"
            wallet.hold(payer=alice, amount=eur(90), key=f"{reference}:hold:1", reference=reference, now=now)
            capture(alice, bob, 60, now, reference=reference)
            earnings.give_back(reference=reference, amount=eur(30), key=f"{reference}:back", now=now)

        assert at_once(12, live) == {"done": 12}
        wallet.expire_due(now=now + timedelta(days=1))
        assert wallet.credit(member=alice) == wallet.paid_credit(member=alice)
        assert purse(bob)["pending"] == "1.68"

    def test_one_grant_pressed_by_all_at_once_is_one(self, alice, sam, now):
        assert at_once(8, lambda _: give_promo(alice, 500, now, key="form")) == {"done": 8}
        assert purse(alice)["credit"] == "5.00"


class MonthlyLimitRaceTests:
    def hold_1_euro_12_times_with_5_left(self, alice, now) -> Counter:
        give_credit(alice, 5_000, now)
        wallet.set_monthly_limit(member=alice, limit=eur(500), now=now)

        def hold(number: int) -> None:
            wallet.hold(payer=alice, amount=eur(100), key=f"hold:{number}", reference=f"period:{number}", now=now)

        return at_once(12, hold)

    def test_holds_at_once_never_pass_it(self, alice, now):
        assert self.hold_1_euro_12_times_with_5_left(alice, now) == {"done": 5, "AboveMonthlyLimit": 7}

    def test_the_same_without_the_lock_passes_it(self, alice, now):
        """A broken twin that reads the limit without locking it, with time between reading and posting."""

        def unlocked(member):
            return MonthlyLimit.objects.filter(member_id=member.pk).first()

        real = services.post

        def slowly(**what):
            sleep(0.3)
            return real(**what)

        with patch("payouts.wallet.monthly._locked", unlocked), patch("payouts.wallet.holds.ledger.post", slowly):
            assert self.hold_1_euro_12_times_with_5_left(alice, now)["done"] > 5

    def test_the_first_limits_set_at_once_are_one(self, alice, now):
        ends = at_once(8, lambda n: wallet.set_monthly_limit(member=alice, limit=eur(1_000 + n), now=now))
        assert ends == {"done": 8}
        assert MonthlyLimit.objects.count() == 1


class PostRaceTests:
    def test_the_same_key_from_24_threads_is_one_entry(self, now, plants_an_error):
        line = Line(accounts.stripe_pending(), accounts.caller_credit(1), eur(100))
        new = []
        ends = at_once(24, lambda _: new.append(services.post(key="one", kind="top_up", lines=[line], now=now).is_new))
        assert ends == {"done": 24}
        assert sorted(new) == [False] * 23 + [True]
        assert services.balance(accounts.caller_credit(1), "EUR") == eur(100)

    def test_crossing_moves_wait_for_each_other_and_never_in_a_ring(self, now, plants_an_error):
        users = range(1, 5)
        for user in users:
            line = Line(accounts.stripe_pending(), accounts.caller_credit(user), eur(100_000))
            services.post(key=f"start:{user}", kind="top_up", lines=[line], now=now)

        def cross(thread: int) -> None:
            for turn in range(20):
                ring = [1 + (thread * step + turn) % 4 for step in (1, 2, 3)]
                lines = [
                    Line(accounts.caller_credit(a), accounts.caller_credit(b), eur(1 + turn))
                    for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)
                    if a != b
                ]
                if lines:
                    services.post(key=f"cross:{thread}:{turn}", kind="test", lines=lines, now=now)

        assert at_once(12, cross) == {"done": 12}
        total = sum(services.balance(accounts.caller_credit(user), "EUR").minor for user in users)
        assert total == 400_000
        assert verify_ledger() == []

    def test_new_accounts_made_by_all_at_once_are_one(self, now, plants_an_error):
        def pay(number: int) -> None:
            pair = [accounts.caller_credit(8), accounts.caller_credit(9)][:: 1 if number % 2 else -1]
            lines = [Line(accounts.stripe_pending(), ref, eur(1)) for ref in pair]
            services.post(key=f"pay:{number}", kind="top_up", lines=lines, now=now)

        assert at_once(24, pay) == {"done": 24}
        assert services.balance(accounts.caller_credit(9), "EUR") == eur(24)


class CaptureRaceTests:
    def test_two_settlements_at_once_charge_once(self, alice, bob, now):
        give_credit(alice, 1_000, now)
        wallet.hold(payer=alice, amount=eur(1_000), key="hold", reference="period:1", now=now)
        captured = []
        ends = at_once(8, lambda _: captured.append(capture(alice, bob, 600, now, reference="period:1")))
        assert ends == {"done": 8}
        assert len(set(captured)) == 1
        assert (purse(alice)["credit"], purse(bob)["pending"]) == ("4.00", "4.20")

    def test_capture_against_free_is_one_or_the_other(self, alice, bob, now):
        give_credit(alice, 1_000, now)
        wallet.hold(payer=alice, amount=eur(1_000), key="hold", reference="period:1", now=now)

        def end(number: int) -> None:
            if number % 2:
                wallet.free(payer=alice, reference="period:1", key="free", now=now)
            else:
                capture(alice, bob, 600, now, reference="period:1")

        at_once(8, end)
        assert (purse(alice)["credit"], purse(bob)["pending"]) in [("4.00", "4.20"), ("10.00", "0.00")]
        assert purse(alice)["held"] == "0.00"

    def test_holds_captures_and_give_backs_of_one_payer_never_deadlock(self, alice, bob, now):
        for _ in range(3):
            give_credit(alice, 5_000, now)

        def live(number: int) -> None:
            for turn in range(5):
                reference = f"period:{number}:{turn}"
                wallet.hold(payer=alice, amount=eur(100), key=f"{reference}:hold", reference=reference, now=now)
                capture(alice, bob, 90, now, reference=reference)
                earnings.give_back(reference=reference, amount=eur(40), key=f"{reference}:back", now=now)

        assert at_once(10, live) == {"done": 10}
        assert (purse(alice)["credit"], purse(bob)["pending"]) == ("125.00", "17.50")


class WithdrawalRaceTests:
    @pytest.fixture
    def rich_bob(self, alice, bob, now):
        make_available(bob, 5_000, now, payer=alice)
        connect_bank(bob)
        return bob

    def test_twice_at_once_is_never_more_than_there_is(self, rich_bob, now):
        ends = at_once(
            8, lambda number: withdrawals.request(expert=rich_bob, amount=eur(3_000), key=f"form:{number}", now=now)
        )
        assert ends == {"done": 1, "NotEnough": 7}
        assert Withdrawal.objects.count() == 1
        assert purse(rich_bob)["available"] == "20.00"

    def test_one_form_pressed_by_all_at_once_is_one_withdrawal(self, rich_bob, now):
        ends = at_once(8, lambda _: withdrawals.request(expert=rich_bob, amount=eur(2_000), key="form", now=now))
        assert ends == {"done": 8}
        assert Withdrawal.objects.count() == 1
        assert Entry.objects.filter(kind="withdrawal_request").count() == 1
        assert purse(rich_bob)["available"] == "30.00"

    def test_releasing_from_two_workers_releases_once(self, alice, bob, now):
        give_credit(alice, 1_000, now)
        for number in range(4):
            wallet.hold(payer=alice, amount=eur(100), key=f"h{number}", reference=f"period:{number}", now=now)
            capture(alice, bob, 100, now, reference=f"period:{number}")
        released = []
        later = earnings.release_date(expert=bob, release_from=now)
        at_once(4, lambda _: released.append(earnings.release_due(now=later)))
        assert sum(released) == 4
        assert purse(bob)["available"] == "2.80"


class GiveBackRaceTests:
    def test_two_parts_of_one_purchase_given_back_at_once_come_back_as_what_they_were(self, alice, bob, eve, now):
        give_credit(alice, 10_000, now)
        charge(alice, eve, 8_000, now)  # the paid lot has room above what is spent below
        give_promo(alice, 5_000, now)
        charge(alice, bob, 6_000, now, reference="period:7")  # 50.00 promotional, 10.00 paid
        part = {"label": "x", "link": "/", "release_from": now, "now": now, "keep_days": 30}
        earnings.move_part(reference="period:7", to="stored:7", amount=eur(3_000), key="k", **part)

        def other() -> None:
            try:
                earnings.give_back(reference="stored:7", amount=eur(1_000), key="b", now=now)
            finally:
                connection.close()

        with transaction.atomic():
            earnings.give_back(reference="period:7", amount=eur(1_000), key="a", now=now)
            waiting = Thread(target=other)
            waiting.start()
            sleep(1)
        waiting.join()
        assert services.balance(accounts.caller_credit(alice.pk), "EUR") == eur(2_000)
        assert services.balance(accounts.caller_promo(alice.pk), "EUR") == eur(1_000)
