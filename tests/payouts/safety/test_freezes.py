"""Withdrawals wait after what a thief would change first: bank, e-mail, second factor. The old address hears of it."""

import re
from datetime import timedelta
from unittest.mock import patch

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail as sent
from django.utils import timezone

from payouts.mail import services as mail
from payouts.office.models import AuditRecord
from payouts.outbox import services as outbox
from payouts.outbox.models import OutboxRow
from payouts.safety import services as safety
from payouts.safety.models import Freeze
from payouts.sandbox import banks, operator, store
from payouts.sandbox.models import SandboxObject
from payouts.stripe import work
from payouts.stripe.answers import AccountState
from payouts.withdrawals import services as withdrawals
from payouts.withdrawals.models import Withdrawal
from tests import cast
from tests.payouts.purse import connect_bank, eur, make_available, purse
from tests.payouts.stripe.story import connect, earn, work_for

pytestmark = [pytest.mark.django_db, pytest.mark.again_in_prove]


@pytest.fixture
def rich_bob(alice, bob, now):
    make_available(bob, 5_000, now - timedelta(days=60), payer=alice)
    connect_bank(bob, bank_fingerprint="fp_old")
    return bob


def withdraw(expert, now, key="form"):
    return withdrawals.request(expert=expert, amount=eur(2_000), key=key, now=now)


def freeze(member, now, **how) -> None:
    safety.freeze(member=member, reason="bank", key="bank:1:2", now=now, **how)


def deliver(now) -> list:
    outbox.work(handlers={mail.ACTION: mail.send}, now=now + timedelta(minutes=1))
    return sent.outbox


class FreezeTests:
    def test_a_frozen_member_cannot_withdraw_and_nothing_moves(self, rich_bob, now):
        freeze(rich_bob, now)
        with pytest.raises(withdrawals.WithdrawalsFrozen) as refusal:
            withdraw(rich_bob, now + timedelta(hours=71, minutes=59))
        assert refusal.value.frozen == safety.Frozen("bank", now + timedelta(hours=72))
        assert purse(rich_bob)["available"] == "50.00"
        assert not Withdrawal.objects.exists()

    def test_after_72_hours_they_can(self, rich_bob, now):
        freeze(rich_bob, now)
        withdraw(rich_bob, now + timedelta(hours=72))

    def test_without_the_check_the_thief_succeeds(self, rich_bob, now):
        """The broken twin."""
        freeze(rich_bob, now)
        with patch("payouts.withdrawals.services.safety.frozen", return_value=None):
            withdraw(rich_bob, now)
        assert Withdrawal.objects.exists()

    def test_another_member_is_not_touched(self, rich_bob, eve, now):
        freeze(eve, now)
        withdraw(rich_bob, now)

    def test_a_withdrawal_asked_for_before_is_answered_again(self, rich_bob, now):
        first = withdraw(rich_bob, now)
        freeze(rich_bob, now)
        assert withdraw(rich_bob, now) == first

    def test_the_longest_of_several_counts_and_one_without_an_end_is_the_longest(self, bob, now):
        safety.freeze(member=bob, reason="email", key="e", now=now)
        safety.freeze(member=bob, reason="factor", key="f", now=now + timedelta(hours=1))
        assert safety.frozen(member=bob, now=now).reason == "factor"
        safety.freeze(member=bob, reason="review", key="r", now=now)
        assert safety.frozen(member=bob, now=now + timedelta(days=365)) == safety.Frozen("review", None)

    def test_staff_lift_it_with_a_reason_that_stays(self, rich_bob, sam, now):
        safety.freeze(member=rich_bob, reason="review", key="r", now=now)
        safety.lift(member=rich_bob, staff=sam, reason="Spoke on the phone.", now=now)
        assert safety.frozen(member=rich_bob, now=now) is None
        assert AuditRecord.objects.get().reason == "Spoke on the phone."

    def test_the_same_cause_freezes_once_and_writes_once(self, bob, now):
        for hours in (0, 5):
            freeze(bob, now + timedelta(hours=hours))
        assert Freeze.objects.get().ends_at == now + timedelta(hours=72)
        (one,) = deliver(now)
        assert one.subject == "Your bank account was changed"
        assert "withdrawals wait until" in one.body


class BankTests:
    def answers(self, fingerprint: str):
        state = AccountState("active", "active", "TEST BANK", "6789", fingerprint)
        return patch("payouts.stripe.gateway.retrieve_account", return_value=state)

    def refresh(self, expert, now):
        return withdrawals.refresh_bank(stripe_account=f"acct_{expert.pk}", now=now)

    def test_another_bank_account_freezes(self, rich_bob, now):
        with self.answers("fp_new"):
            self.refresh(rich_bob, now)
        with pytest.raises(withdrawals.WithdrawalsFrozen):
            withdraw(rich_bob, now)

    def test_the_first_and_the_same_do_not(self, bob, now):
        connect_bank(bob, bank_fingerprint="")
        for _ in range(2):
            with self.answers("fp_new"):
                self.refresh(bob, now)
        assert not Freeze.objects.exists()

    def test_an_answer_without_a_bank_account_does_not_make_the_next_one_the_first(self, rich_bob, now):
        for fingerprint in ("", "fp_new"):
            with self.answers(fingerprint):
                self.refresh(rich_bob, now)
        assert Freeze.objects.get().reason == "bank"


class AskedForBeforeTests:
    """What was asked for before a freeze and has not left for the bank waits with the rest."""

    @pytest.fixture
    def now(self):
        return timezone.now()

    @pytest.fixture
    def asked(self, alice, bob, now):
        earn(bob, alice, 10_000, now=now)
        connect(bob, now=now)
        return withdraw(bob, now)

    def sent(self) -> list[str]:
        OutboxRow.objects.filter(state="waiting").update(due_at=timezone.now())
        work_for(6)
        return sorted(SandboxObject.objects.filter(kind__in=["transfer", "payout"]).values_list("kind", flat=True))

    @pytest.mark.parametrize("reason", ["bank", "email", "factor", "review"])
    def test_it_is_not_transferred(self, asked, bob, sam, now, reason):
        safety.freeze(member=bob, reason=reason, key="cause", now=now)
        assert self.sent() == []
        safety.lift(member=bob, staff=sam, reason="Spoke on the phone.", now=timezone.now())
        assert self.sent() == ["payout", "transfer"]

    def test_what_was_transferred_is_not_paid_out_to_another_bank(self, asked, bob, sam, now, monkeypatch):
        with monkeypatch.context() as later:
            later.delitem(work.HANDLERS, "stripe.payout")
            assert self.sent() == ["transfer"]
        operator.change_bank(account_id=asked.stripe_account, number=banks.INSTANT_BANK)
        with monkeypatch.context() as later:
            later.delitem(work.HANDLERS, "stripe.payout")
            work_for(2)
        assert safety.frozen(member=bob, now=now).reason == "bank"
        assert self.sent() == ["transfer"]
        safety.lift(member=bob, staff=sam, reason="It is his.", now=timezone.now())
        assert self.sent() == ["payout", "transfer"]

    def test_without_that_look_it_leaves(self, asked, bob, now, monkeypatch):
        """The broken twin."""
        safety.freeze(member=bob, reason="review", key="cause", now=now)
        monkeypatch.setattr(work, "_wait_while_frozen", lambda row: None)
        assert self.sent() == ["payout", "transfer"]


class SeveralAccountsTests:
    def test_another_one_that_stripe_pays_to_from_now_on_freezes(self, alice, bob, now):
        account = connect(bob, now=now)
        add_bank(account, banks.INSTANT_BANK, is_default=False)
        withdrawals.refresh_bank(stripe_account=account, now=now)
        assert (bob.bank_connection.bank_last4, Freeze.objects.count()) == ("6789", 0)
        choose_bank(account, banks.INSTANT_BANK)
        bank = withdrawals.refresh_bank(stripe_account=account, now=now)
        assert (bank.bank_last4, Freeze.objects.get().reason) == ("9991", "bank")


def add_bank(account: str, number: str, *, is_default: bool) -> None:
    before = next(bank for bank in banks.of(account, "eur") if bank["default_for_currency"])
    banks.add(account, name="Bob Leroy", country="BE", number=number)
    if not is_default:
        choose_bank(account, before["_"]["number"])


def choose_bank(account: str, number: str) -> None:
    """As the expert does on Stripe's own pages."""
    for bank in banks.of(account, "eur"):
        store.save({**bank, "default_for_currency": bank["_"]["number"] == number})


@pytest.mark.django_db(transaction=True)  # allauth tells of a change once it is committed
class AccountTests:
    """Through the pages, as a thief or a member would."""

    @pytest.fixture(autouse=True)
    def no_rate_limits(self, settings):
        settings.ACCOUNT_RATE_LIMITS = False

    def test_a_changed_address_freezes_and_the_old_one_hears_of_it(self, bob, proven):
        old = bob.email
        client = proven(bob)
        client.post("/accounts/email/", {"email": "new@example.test", "action_add": ""})
        code = re.search(r"^([A-Z0-9]{3,}-?[A-Z0-9]{3,})$", sent.outbox[-1].body, re.MULTILINE)[1]
        client.post("/accounts/confirm-email/", {"code": code})
        bob.refresh_from_db()
        assert bob.email == "new@example.test"
        assert Freeze.objects.get().reason == "email"
        assert [one.to for one in deliver(timezone.now()) if "withdrawals wait" in one.body] == [[old]]

    def test_the_first_factor_is_no_change_new_recovery_codes_are(self, bob, proven):
        client = proven(bob)
        Authenticator.objects.all().delete()
        secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
        client.post("/accounts/2fa/totp/activate/", {"code": cast.code_of(secret)})
        assert Authenticator.objects.filter(user=bob, type="totp").exists()
        assert not Freeze.objects.exists()
        client.post("/accounts/2fa/recovery-codes/generate/")
        assert Freeze.objects.get().reason == "factor"

    def test_taking_the_factor_away_freezes(self, bob, proven):
        client = proven(bob)
        client.post("/accounts/2fa/totp/deactivate/")
        assert not Authenticator.objects.filter(user=bob, type="totp").exists()
        assert Freeze.objects.get().reason == "factor"

    def test_the_secret_is_not_readable_in_the_database(self, bob):
        secret = cast.second_factor(bob)
        assert secret not in Authenticator.objects.get(user=bob).data["secret"]


class DoorTests:
    """Money out: once more the password, and a second factor."""

    TYPED = {"amount": "20", "token": "a-token-of-the-form-0123456789"}

    def test_without_a_second_factor_there_is_no_withdrawal(self, rich_bob, signed_in):
        answer = signed_in(rich_bob).post("/earnings/withdraw/", self.TYPED)
        assert answer.url == "/accounts/2fa/"
        assert not Withdrawal.objects.exists()

    def test_a_stolen_session_is_asked_who_it_is(self, rich_bob, signed_in):
        cast.second_factor(rich_bob)
        answer = signed_in(rich_bob).post("/earnings/withdraw/", self.TYPED)
        assert answer.url.startswith("/accounts/reauthenticate/")
        assert not Withdrawal.objects.exists()

    def test_without_that_question_it_succeeds(self, rich_bob, signed_in, settings):
        """The broken twin."""
        cast.second_factor(rich_bob)
        settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 10**9
        client = signed_in(rich_bob)
        with patch("allauth.account.internal.flows.reauthentication.did_recently_reauthenticate", return_value=True):
            client.post("/earnings/withdraw/", self.TYPED)
        assert Withdrawal.objects.exists()

    def test_the_password_once_more_and_the_withdrawal_goes_on_by_itself(self, rich_bob, signed_in):
        cast.second_factor(rich_bob)
        client = signed_in(rich_bob)
        asked = client.post("/earnings/withdraw/", self.TYPED)
        page = client.post(asked.url, {"password": cast.PASSWORD}, follow=True).content.decode()
        assert "You asked for €20.00" in page
        assert Withdrawal.objects.count() == 1

    def test_signing_in_by_password_asks_for_the_factor(self, bob, client):
        cast.second_factor(bob)
        client.post("/accounts/login/", {"login": bob.email, "password": cast.PASSWORD})
        assert "_auth_user_id" not in client.session

    def test_a_frozen_page_says_why_and_until_when(self, rich_bob, proven):
        client = proven(rich_bob)
        freeze(rich_bob, timezone.now())
        page = client.post("/earnings/withdraw/", self.TYPED, follow=True).content.decode()
        assert "Your bank account was changed." in page
        assert "withdrawals wait until" in page
        assert "Nothing was withdrawn" in page

    def test_staff_without_a_second_factor_do_not_get_into_the_back_office(self, sam, signed_in):
        assert signed_in(sam).get("/admin/").status_code == 200
        Authenticator.objects.all().delete()
        assert signed_in(sam).get("/admin/").status_code == 302
