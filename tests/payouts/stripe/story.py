"""People and money through Stripe's sandbox, for stories: nothing is made up, every step goes through the real doors."""

from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from django.utils import timezone

from marketplace.accounts.models import User
from payouts.earnings import services as earnings
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.outbox import services as outbox
from payouts.reconciliation import services as reconciliation
from payouts.sandbox import books
from payouts.sandbox import services as sandbox
from payouts.sandbox.pay_out import PAYING_BANK
from payouts.stripe import work
from payouts.wallet import services as wallet
from payouts.wallet.models import TopUp
from payouts.withdrawals import services as withdrawals
from payouts.withdrawals.models import Withdrawal
from tests.payouts.purse import charge, eur

HOME = "http://127.0.0.1:8000/wallet/"
AT_ONCE = sandbox.SETTLED_CARD  # its money can be transferred without waiting for two days


def open_top_up(member: User, minor: int, *, now: datetime) -> TopUp:
    """A hosted payment page is open; nothing is paid."""
    top_up = wallet.start_top_up(member=member, amount=eur(minor), return_path="/wallet/", now=now)
    wallet.open_checkout(top_up=top_up, success_url=HOME, cancel_url=HOME, now=now)
    top_up.refresh_from_db()
    return top_up


def pay(top_up: TopUp, *, card: str = AT_ONCE) -> None:
    """On the hosted page; our side has not heard of it yet."""
    sandbox.pay_with_card(session_id=top_up.stripe_session, number=card)


def earn(expert: User, payer: User, minor: int, *, now: datetime) -> None:
    """`minor` of price paid by `payer` out of a paid top-up, and released."""
    top_up = open_top_up(payer, minor, now=now)
    pay(top_up)
    wallet.confirm_top_up(stripe_session=top_up.stripe_session, now=now)
    charge(payer, expert, minor, now)
    earnings.release_due(now=now + timedelta(days=31))


def connect(expert: User, *, number: str = PAYING_BANK, now: datetime) -> str:
    """The expert's account at Stripe, onboarded and known to us as ready."""
    link = withdrawals.connect(expert=expert, country="BE", return_url=HOME, refresh_url=HOME, now=now)
    token, account = parse_qs(urlsplit(link).query)["link"][0], urlsplit(link).path.rsplit("/", 1)[-1]
    sandbox.finish_onboarding(account_id=account, token=token, name=expert.name, country="BE", number=number)
    withdrawals.refresh_bank(stripe_account=account, now=now)
    return account


def withdraw(expert: User, minor: int, *, now: datetime, key: str = "form") -> Withdrawal:
    return withdrawals.request(expert=expert, amount=eur(minor), key=key, now=now)


def work_for(seconds: int) -> None:
    """What the worker does in this time, a round each two seconds; on a slow machine the real time may be ahead."""
    start = timezone.now()
    for second in range(0, seconds, 2):
        then = start + timedelta(seconds=second)
        outbox.work(handlers=work.HANDLERS, now=max(then, timezone.now()))
        sandbox.work(now=max(then, timezone.now()))
        work.process_events(now=max(then, timezone.now()))


def stripe_and_ledger_agree() -> bool:
    """What the books say that Stripe has of ours is what it has, to the cent: in all, and what is settled of it."""
    report = reconciliation.reconcile(now=timezone.now())
    ours = [
        ledger.balance(account, "EUR").minor for account in (accounts.stripe_available(), accounts.stripe_pending())
    ]
    return report.is_clean and (report.waiting > 0 or ours == list(books.sums("eur")))
