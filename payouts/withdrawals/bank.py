"""The expert's bank account, as Stripe keeps it: connecting it, and what Stripe says that it can do."""

from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.dispatch import Signal

from payouts.mail import services as mail
from payouts.safety import services as safety
from payouts.stripe import gateway
from payouts.stripe.answers import AccountState
from payouts.stripe.attempts import key_with, with_fresh_key
from payouts.withdrawals.models import BankConnection, Withdrawal

# Where a European platform may send money to: UK, EEA, Switzerland, US, Canada (Stripe's cross-border payouts).
# fmt: off
COUNTRIES = (
    "AT", "BE", "BG", "CA", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU",
    "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK", "US",
)
# fmt: on
WORD_HOLDS = timedelta(days=1)
# An expert's BankConnection has changed: `expert_id`, and whether it `is_ready`, that is whether Stripe has checked who they
# are and pays out to them. Sent in the transaction that saves it. For those above payouts, whom it cannot know.
bank_changed = Signal()


class UnknownCountry(ValueError):
    """Not one of COUNTRIES."""


def connect(*, expert: AbstractBaseUser, country: str, return_url: str, refresh_url: str, now: datetime) -> str:
    """The address of Stripe's page where the expert names a bank account. `country`: two letters, where the bank is.

    The expert's account at Stripe is made once; the page is good for one visit. Asks Stripe, so not inside a
    transaction. Raises the gateway's NotAnswered or Refused, UnknownCountry.
    """
    bank, _ = BankConnection.objects.get_or_create(expert_id=expert.pk)
    account = bank.stripe_account
    if account is None or bank.is_closed:
        account = _make_account(expert, country, instead_of=account or "")
        _put_account(bank, account)
    return gateway.create_account_link(
        account=account,
        return_url=return_url,
        refresh_url=refresh_url,
        key=f"account_link:{account}:{now.isoformat()}",
    )


def dashboard(*, expert: AbstractBaseUser, now: datetime) -> str:
    """The address of the expert's own pages at Stripe: what was paid out there, and their details. Asks Stripe.

    Raises BankConnection.DoesNotExist for whose account is not ready, the gateway's NotAnswered or Refused.
    """
    bank = BankConnection.objects.get(expert_id=expert.pk)
    if not bank.is_ready or not bank.stripe_account:
        raise BankConnection.DoesNotExist
    return gateway.create_login_link(
        account=bank.stripe_account, key=f"login_link:{bank.stripe_account}:{now.isoformat()}"
    )


def _put_account(bank: BankConnection, account: str) -> None:
    """A closed account is never used again; what is in its place knows nothing yet."""
    bank.stripe_account, bank.is_closed, bank.wanted, bank.due_at = account, False, "", None
    bank.transfers_status = bank.payouts_status = "inactive"
    bank.bank_name = bank.bank_last4 = ""
    _save(bank)


@transaction.atomic
def _save(bank: BankConnection) -> None:
    bank.save()
    bank_changed.send(BankConnection, expert_id=bank.expert_id, is_ready=bank.is_ready)


def _make_account(expert: AbstractBaseUser, country: str, *, instead_of: str) -> str:
    """Kept by us only once its payouts are manual: else Stripe would pay out by itself, beside our withdrawals."""
    if country not in COUNTRIES:
        raise UnknownCountry(country)
    key = f"account:user:{expert.pk}:{country}" + (f":after:{instead_of}" if instead_of else "")
    email, name = expert.get_username(), str(expert)
    account = gateway.create_account(email=email, name=name, country=country, key=key_with(key, email, name))
    with_fresh_key(f"manual_payouts:{account}", lambda key: gateway.set_manual_payouts(account=account, key=key))
    return account


def refresh_bank(*, stripe_account: str, now: datetime) -> BankConnection | None:
    """Asks Stripe what the account can do now. None: an account that is not ours. Raises NotAnswered or Refused."""
    turn = _next_turn(stripe_account)
    if turn is None:
        return None
    state = gateway.retrieve_account(stripe_account)
    with transaction.atomic():
        bank = _locked(stripe_account)
        if bank and bank.answered < turn:
            _take_over(bank, state, turn, now)
    return bank


def _take_over(bank: BankConnection, state: AccountState, turn: int, now: datetime) -> None:
    """What Stripe answered. Another account than before freezes withdrawals; the first one is no change."""
    old, knew_bank, before = bank.bank_fingerprint, bool(bank.bank_last4), (bank.standing, bank.due_at)
    bank.pays_at_once = state.pays_at_once
    bank.is_closed, bank.wanted, bank.due_at = state.is_closed, state.wanted, state.due_at
    bank.transfers_status, bank.payouts_status = state.transfers_status, state.payouts_status
    bank.bank_name, bank.bank_last4 = state.bank_name, state.bank_last4
    bank.bank_fingerprint = state.bank_fingerprint or old
    bank.checked_at, bank.answered = now, turn
    _save(bank)
    if knew_bank and (bank.standing, bank.due_at) != before:
        _tell(bank, turn, now)
    safety.saw(member=bank.expert, now=now, bank=state.bank_fingerprint)
    if old and bank.bank_fingerprint != old:
        safety.freeze(member=bank.expert, reason="bank", key=f"bank:{bank.pk}:{turn}", now=now)


def _tell(bank: BankConnection, turn: int, now: datetime) -> None:
    """Who was ready, or nearly, hears when Stripe wants something more, and when it pays out no longer. Not of their own wait."""
    if bank.standing in ("ready", "checking") and not bank.wanted:
        return
    facts: dict[str, mail.Fact] = {"standing": bank.standing}
    if bank.due_at:
        facts["due_at"] = bank.due_at
    mail.enqueue(member=bank.expert, template="bank_state", facts=facts, key=f"bank_state:{bank.pk}:{turn}", now=now)


def refresh_bank_if_old(*, stripe_account: str, now: datetime) -> None:
    """When Stripe's word about the account may have been missed: each hour while it is not ready, else once a day."""
    bank = BankConnection.objects.filter(stripe_account=stripe_account).first()
    if bank and not (bank.is_ready and bank.checked_at and now - bank.checked_at < WORD_HOLDS):
        refresh_bank(stripe_account=stripe_account, now=now)


def stripe_accounts() -> list[str]:
    """Every account that we ever sent money to, or may."""
    may = BankConnection.objects.exclude(stripe_account=None).values_list("stripe_account", flat=True)
    did = Withdrawal.objects.values_list("stripe_account", flat=True).distinct()
    return sorted({account for account in (*may, *did) if account})


@transaction.atomic
def _next_turn(stripe_account: str) -> int | None:
    bank = _locked(stripe_account)
    if bank is None:
        return None
    bank.asked += 1
    bank.save(update_fields=["asked"])
    return bank.asked


def _locked(stripe_account: str) -> BankConnection | None:
    return BankConnection.objects.select_for_update(no_key=True).filter(stripe_account=stripe_account).first()


def bank_of(*, expert: AbstractBaseUser) -> BankConnection | None:
    return BankConnection.objects.filter(expert_id=expert.pk).first()
