"""Promotional credit: given by staff, spent first, back where it came from, and gone after its day."""

from datetime import timedelta

import pytest

from payouts.earnings import services as earnings
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.ledger.services import KeyReused
from payouts.money import BadAmount, Money
from payouts.office import services as office
from payouts.office.models import AuditRecord
from payouts.wallet import promotional
from payouts.wallet import services as wallet
from payouts.wallet.models import CreditLot, Hold
from tests.marketplace.local_times import days_for_everybody_alike
from tests.payouts.purse import capture, charge, eur, give_credit, give_promo, purse

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def places(member) -> dict[str, int]:
    """Cents of the member's four accounts, and what the platform gave away."""
    named = {
        "credit": accounts.caller_credit(member.pk),
        "hold": accounts.caller_hold(member.pk),
        "promo": accounts.caller_promo(member.pk),
        "promo_hold": accounts.caller_promo_hold(member.pk),
        "expense": accounts.promo_expense(),
    }
    return {name: minor for name, ref in named.items() if (minor := ledger.balance(ref, "EUR").minor)}


def hold(payer, minor, now, *, number=1):
    key = f"period:1:hold:{number}"
    return wallet.hold(payer=payer, amount=eur(minor), key=key, reference="period:1", now=now)


class GrantTests:
    def test_it_is_credit_and_the_trail_says_why(self, alice, sam, now):
        lot = give_promo(alice, 500, now)
        assert wallet.credit(member=alice) == eur(500)
        assert wallet.paid_credit(member=alice) == eur(0)
        record = AuditRecord.objects.get()
        assert (record.staff, record.act, record.reference) == (sam, "promo.grant", f"promo:{lot.pk}")
        assert record.reason == "sorry for the outage"

    def test_same_key_gives_once(self, alice, now):
        assert give_promo(alice, 500, now, key="form").pk == give_promo(alice, 500, now, key="form").pk
        assert places(alice) == {"promo": 500, "expense": 500}
        assert AuditRecord.objects.count() == 1

    def test_same_key_for_another_sum_or_member_is_refused(self, alice, bob, now):
        give_promo(alice, 500, now, key="form")
        for member, minor in ((alice, 600), (bob, 500)):
            with pytest.raises(KeyReused):
                give_promo(member, minor, now, key="form")
        assert places(alice) == {"promo": 500, "expense": 500}

    @pytest.mark.parametrize("amount", [eur(0), eur(-5), eur(10_001), Money(500, "USD")])
    def test_bad_sums_are_refused(self, alice, sam, now, amount):
        with pytest.raises(BadAmount):
            wallet.grant(staff=sam, member=alice, amount=amount, reason="why", expires_at=None, key="k", now=now)
        assert not CreditLot.objects.exists()

    @pytest.mark.parametrize("wrong", ["no reason", "to oneself", "expired"])
    def test_nor_without_a_reason_nor_to_oneself_nor_expired_already(self, alice, sam, now, wrong):
        with pytest.raises(office.PartyToIt if wrong == "to oneself" else wallet.GrantRefused):
            wallet.grant(
                staff=sam,
                member=sam if wrong == "to oneself" else alice,
                amount=eur(500),
                reason=" " if wrong == "no reason" else "why",
                expires_at=now if wrong == "expired" else None,
                key="k",
                now=now,
            )
        assert not CreditLot.objects.exists()

    def test_it_does_not_count_towards_the_most_credit_one_can_hold(self, alice, now):
        give_credit(alice, 45_000, now)
        give_promo(alice, 5_000, now)
        assert wallet.room_for_credit(member=alice) == eur(5_000)


class SpentFirstTests:
    def test_a_hold_takes_it_before_paid_credit(self, alice, now):
        give_credit(alice, 1_000, now)
        give_promo(alice, 300, now)
        row = hold(alice, 800, now)
        assert places(alice) == {"credit": 500, "hold": 500, "promo_hold": 300, "expense": 300}
        assert (row.amount_minor, row.promotional_minor) == (800, 300)

    def test_a_capture_takes_it_first_and_pays_expert_and_platform_as_ever(self, alice, bob, now):
        give_credit(alice, 1_000, now)
        give_promo(alice, 300, now)
        hold(alice, 800, now)
        captured = capture(alice, bob, 500, now, reference="period:1")
        assert (captured.earning, captured.commission, captured.freed) == (eur(350), eur(150), eur(300))
        assert places(alice) == {"credit": 800, "expense": 300}
        assert purse(bob)["pending"] == "3.50"

    def test_a_price_below_it_touches_no_paid_credit(self, alice, bob, now):
        give_credit(alice, 1_000, now)
        give_promo(alice, 300, now)
        hold(alice, 800, now)
        capture(alice, bob, 200, now, reference="period:1")
        assert places(alice) == {"credit": 1_000, "promo": 100, "expense": 300}

    def test_what_was_held_later_of_it_is_spent_before_paid_credit_held_earlier(self, alice, bob, now):
        give_credit(alice, 400, now)
        hold(alice, 400, now, number=1)
        give_promo(alice, 400, now)
        hold(alice, 400, now, number=2)
        capture(alice, bob, 500, now, reference="period:1")
        assert places(alice) == {"credit": 300, "expense": 400}
        assert [row.captured_minor for row in Hold.objects.order_by("pk")] == [100, 400]

    def test_the_grant_that_expires_soonest_is_spent_first(self, alice, bob, now):
        for days in (None, 20, 10):
            give_promo(alice, 100, now, expires_at=now + days * DAY if days else None)
        charge(alice, bob, 150, now)
        left = [(lot.remaining_minor, lot.expires_at and (lot.expires_at - now).days) for lot in lots()]
        assert left == [(100, None), (50, 20), (0, 10)]

    def test_freed_it_is_promotional_again(self, alice, now):
        give_credit(alice, 1_000, now)
        give_promo(alice, 300, now)
        hold(alice, 800, now)
        wallet.free(payer=alice, reference="period:1", key="period:1:free", now=now)
        assert places(alice) == {"credit": 1_000, "promo": 300, "expense": 300}

    def test_same_key_holds_once_though_there_is_less_of_it_by_then(self, alice, now):
        give_credit(alice, 1_000, now)
        give_promo(alice, 300, now)
        assert hold(alice, 400, now).pk == hold(alice, 400, now).pk
        assert places(alice) == {"credit": 900, "hold": 100, "promo_hold": 300, "expense": 300}


def lots() -> list[CreditLot]:
    return list(CreditLot.objects.order_by("pk"))


class TipTests:
    def test_a_tip_is_paid_from_it_first_too(self, alice, bob, now):
        give_credit(alice, 1_000, now)
        give_promo(alice, 300, now)
        earnings.tip(
            payer=alice, expert=bob, amount=eur(500), about="call:1", key="t", group="", label="Tip", link="", now=now
        )
        assert places(alice) == {"credit": 800, "expense": 300}
        assert purse(bob)["pending"] == "5.00"


class RefundTests:
    @pytest.mark.parametrize(
        ("back", "left"),
        [
            (100, {"credit": 900, "expense": 300}),
            (200, {"credit": 1_000, "expense": 300}),
            (350, {"credit": 1_000, "promo": 150, "expense": 300}),
            (500, {"credit": 1_000, "promo": 300, "expense": 300}),
        ],
    )
    def test_paid_goes_back_to_paid_and_promotional_to_promotional(self, alice, bob, now, back, left):
        give_credit(alice, 1_000, now)
        give_promo(alice, 300, now)
        charge(alice, bob, 500, now, reference="period:1")
        earnings.give_back(reference="period:1", amount=eur(back), key="back", now=now)
        assert places(alice) == left

    def test_in_parts_it_ends_where_one_refund_would(self, alice, bob, now):
        give_credit(alice, 1_000, now)
        give_promo(alice, 333, now)
        charge(alice, bob, 777, now, reference="period:1")
        for number, minor in enumerate((1, 250, 300, 226)):
            earnings.give_back(reference="period:1", amount=eur(minor), key=f"back:{number}", now=now)
        assert places(alice) == {"credit": 1_000, "promo": 333, "expense": 333}
        assert ledger.balance(accounts.commission(), "EUR") == eur(0)


class ExpiryTests:
    def test_after_its_day_it_is_gone_and_paid_credit_is_not(self, alice, now):
        give_credit(alice, 1_000, now)
        give_promo(alice, 300, now, expires_at=now + 10 * DAY)
        give_promo(alice, 200, now)
        assert wallet.expire_due(now=now + 10 * DAY - timedelta(seconds=1)) == 0
        assert wallet.expire_due(now=now + 10 * DAY) == 1
        assert places(alice) == {"credit": 1_000, "promo": 200, "expense": 200}
        assert wallet.expire_due(now=now + 4_000 * DAY) == 0
        assert places(alice) == {"credit": 1_000, "promo": 200, "expense": 200}

    def test_what_is_held_stays_until_it_is_freed(self, alice, bob, now):
        give_promo(alice, 300, now, expires_at=now + DAY)
        hold(alice, 200, now)
        assert wallet.expire_due(now=now + DAY) == 1
        assert places(alice) == {"promo_hold": 200, "expense": 200}
        capture(alice, bob, 150, now, reference="period:1")
        assert wallet.expire_due(now=now + DAY) == 1
        assert places(alice) == {"expense": 150}

    def test_all_of_it_held_is_looked_at_again_and_again_without_effect(self, alice, now):
        give_promo(alice, 300, now, expires_at=now + DAY)
        hold(alice, 300, now)
        assert [wallet.expire_due(now=now + DAY) for _ in range(3)] == [0, 0, 0]

    def test_a_refund_after_its_day_expires_too(self, alice, bob, now):
        give_promo(alice, 300, now, expires_at=now + DAY)
        charge(alice, bob, 300, now, reference="period:1")
        earnings.give_back(reference="period:1", amount=eur(100), key="back", now=now)
        assert wallet.expire_due(now=now + DAY) == 1
        earnings.give_back(reference="period:1", amount=eur(50), key="back:2", now=now + DAY)
        assert wallet.expire_due(now=now + DAY) == 1
        assert places(alice) == {"expense": 150}

    def test_one_member_that_fails_holds_up_no_other(self, alice, bob, now, monkeypatch):
        for member in (alice, bob):
            give_promo(member, 300, now, expires_at=now + DAY)
        real = promotional._expire
        monkeypatch.setattr(
            promotional, "_expire", lambda member, now: 1 / 0 if member == alice.pk else real(member, now)
        )
        assert wallet.expire_due(now=now + DAY) == 1
        assert purse(alice)["credit"] == "3.00"
        assert purse(bob)["credit"] == "0.00"


class PageTests:
    def test_the_wallet_shows_it_apart_with_its_last_day(self, alice, now, signed_in):
        give_credit(alice, 1_000, now)
        give_promo(alice, 300, now, expires_at=now + 10 * DAY)
        page = signed_in(alice).get("/wallet/").content.decode()
        assert 'data-testid="balance">€13.00<' in page
        assert "€3.00 of promotional credit, to be used by <time" in page
        assert days_for_everybody_alike(page) == []
        assert "Promotional credit</strong>" in page

    def test_what_expired_is_in_the_history(self, alice, now, signed_in):
        give_promo(alice, 300, now, expires_at=now + DAY)
        wallet.expire_due(now=now + DAY)
        page = signed_in(alice).get("/wallet/").content.decode()
        assert "Promotional credit expired" in page
        assert "−€3.00" in page
        assert 'data-testid="promotional"' not in page


class GiveTests:
    URL = "/staff/promotional/"

    def typed(self, **changes) -> dict:
        usual = {"email": "alice@example.test", "amount": "5", "last_day": "", "reason": "why", "token": "once"}
        return usual | changes

    def test_staff_give(self, alice, sam, signed_in):
        client = signed_in(sam)
        assert self.URL in client.get("/staff/").content.decode()
        assert client.get(self.URL).status_code == 200
        for _ in range(2):
            answer = client.post(self.URL, self.typed(last_day="2999-12-31"))
            assert answer.status_code == 302
        lot = CreditLot.objects.get()
        assert (lot.member, lot.amount_minor, lot.expires_at.isoformat()) == (
            alice,
            500,
            "2999-12-31T23:59:59.999999+00:00",
        )

    @pytest.mark.parametrize(
        "wrong",
        [{"amount": "0"}, {"amount": "-1"}, {"amount": "100.01"}, {"amount": "x"}, {"email": "nobody@example.test"},
         {"email": "sam@example.test"}, {"reason": ""}, {"last_day": "2020-01-01"}, {"last_day": "soon"},
         {"last_day": "9999-12-31"}, {"token": ""}],
    )  # fmt: skip
    def test_what_is_wrong_is_said_and_nothing_is_given(self, alice, sam, signed_in, wrong):
        assert signed_in(sam).post(self.URL, self.typed(**wrong)).status_code == 422
        assert not CreditLot.objects.exists()

    def test_so_often_a_day_and_no_more(self, alice, sam, signed_in, settings):
        settings.PROMO_GRANTS_A_DAY = 2
        client = signed_in(sam)
        answers = [client.post(self.URL, self.typed(token=f"form-{number}")) for number in range(3)]
        assert [answer.status_code for answer in answers] == [302, 302, 422]
        assert "Another of the staff can go on" in answers[-1].content.decode()
        assert (
            client.post(self.URL, self.typed(token="form-1")).status_code == 302
        )  # a form that arrives twice gives nothing
        assert places(alice) == {"promo": 1_000, "expense": 1_000}

    def test_the_same_form_with_another_sum_is_refused(self, alice, sam, signed_in):
        client = signed_in(sam)
        client.post(self.URL, self.typed())
        assert client.post(self.URL, self.typed(amount="6")).status_code == 422
        assert places(alice) == {"promo": 500, "expense": 500}

    def test_a_stranger_does_not(self, alice, eve, signed_in):
        assert signed_in(eve).post(self.URL, self.typed()).status_code == 404
        assert not CreditLot.objects.exists()
