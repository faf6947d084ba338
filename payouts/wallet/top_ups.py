"""Adding credit: a row, Stripe's hosted page, and the credit once Stripe says that it was paid."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Q, QuerySet, Sum
from django.utils.http import url_has_allowed_host_and_scheme

from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.money import BadAmount, Money
from payouts.stripe import gateway
from payouts.stripe.answers import CheckoutSession, Refused
from payouts.wallet.holds import credit, held
from payouts.wallet.models import CreditLot, Customer, TopUp

State = TopUp.State
PAGE_LIVES = timedelta(hours=24)  # Stripe's payment page, unless it is closed before
PAGE_COMES = timedelta(minutes=2)  # longer than asking Stripe takes; without its answer nobody knows the page's address


class CreditLimit(Exception):
    """The top-up would take the credit above CREDIT_MINOR_MAX. `room` is the highest top-up possible now."""

    def __init__(self, room: Money) -> None:
        super().__init__(f"{room.minor} {room.currency} can be added")
        self.room = room


class CheckoutsOpen(Exception):
    """Payment pages are open on which the member could pay more than CREDIT_MINOR_HARD_MAX in all."""


def room_for_credit(*, member: AbstractBaseUser) -> Money:
    """What may still be added before the limit on credit (what is held counts: it can come back)."""
    room = settings.CREDIT_MINOR_MAX - (credit(member=member) + held(member=member)).minor
    return Money(max(0, room), settings.CURRENCY)


def start_top_up(*, member: AbstractBaseUser, amount: Money, return_path: str, now: datetime) -> TopUp:
    """A top-up that has not been paid yet. `return_path`: the page of this site to go back to; another's becomes /wallet/.

    Raises BadAmount outside TOP_UP_MINOR_MIN to TOP_UP_MINOR_MAX or in another currency, CreditLimit, CheckoutsOpen.
    """
    if amount.currency != settings.CURRENCY:
        raise BadAmount(f"credit is in {settings.CURRENCY}")
    if not settings.TOP_UP_MINOR_MIN <= amount.minor <= settings.TOP_UP_MINOR_MAX:
        raise BadAmount(f"{amount.minor} is outside the limits of a top-up")
    with transaction.atomic():
        get_user_model().objects.select_for_update(no_key=True).get(pk=member.pk)  # forms sent at once are seen in turn
        room = room_for_credit(member=member)
        if amount > room:
            raise CreditLimit(room)
        could_be_paid = _open_checkouts(member, now).aggregate(sum=Sum("amount_minor"))["sum"] or 0
        if settings.CREDIT_MINOR_MAX - room.minor + could_be_paid + amount.minor > settings.CREDIT_MINOR_HARD_MAX:
            raise CheckoutsOpen
        return TopUp.objects.create(
            member_id=member.pk,
            amount_minor=amount.minor,
            currency=amount.currency,
            return_path=path_of_this_site(return_path),
            made_at=now,
        )


def _open_checkouts(member: AbstractBaseUser, now: datetime) -> QuerySet[TopUp]:
    """Those that may still be paid."""
    may_be_paid = Q(state=State.OPEN, made_at__gt=now - PAGE_LIVES) | Q(state=State.NEW, made_at__gt=now - PAGE_COMES)
    return TopUp.objects.filter(may_be_paid, member_id=member.pk)


def path_of_this_site(path: str) -> str:
    """`path` if it leads nowhere else, else /wallet/: links with it must not carry people to other sites."""
    is_own = path.startswith("/") and len(path) <= 200 and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return path if is_own else "/wallet/"


def open_checkout(*, top_up: TopUp, success_url: str, cancel_url: str, now: datetime) -> str:
    """The address of Stripe's page where the top-up is paid. Asks Stripe, so not inside a transaction.

    Raises the gateway's NotAnswered or Refused.
    """
    session = gateway.create_checkout_session(
        top_up_id=top_up.pk,
        customer=_customer(top_up),
        amount=Money(top_up.amount_minor, top_up.currency),
        success_url=success_url,
        cancel_url=cancel_url,
        key=f"topup:{top_up.pk}:session",
    )
    new = TopUp.objects.filter(pk=top_up.pk, state=State.NEW)
    new.update(state=State.OPEN, stripe_session=session.id)
    return session.url


def close_checkout(*, top_up: TopUp, now: datetime) -> TopUp:
    """The member did not want to pay: nobody can any more. Answers how the top-up stands then: it may have been paid.

    Asks Stripe, so not inside a transaction. Raises the gateway's NotAnswered or Refused.
    """
    session = top_up.stripe_session or ""
    with suppress(Refused):  # no longer open
        gateway.expire_checkout_session(session)
    return confirm_top_up(stripe_session=session, now=now)


def close_checkouts(*, member: AbstractBaseUser, now: datetime) -> None:
    """Every payment page that the member left open."""
    for top_up in _open_checkouts(member, now).filter(state=State.OPEN):
        close_checkout(top_up=top_up, now=now)


def confirm_top_up(*, stripe_session: str, now: datetime) -> TopUp:
    """Asks Stripe how the payment stands and credits it once if it was paid, however often and from wherever this is called.

    Money that Stripe took is never refused, whatever limit it passes. Raises TopUp.DoesNotExist for a session that is
    not ours, the gateway's NotAnswered or Refused.
    """
    session = gateway.retrieve_checkout_session(stripe_session)
    with transaction.atomic():
        # By its number, not its session: Stripe's event may come before open_checkout has stored the session.
        top_up = TopUp.objects.select_for_update(no_key=True).get(pk=session.top_up_id)
        _refuse_anothers(session, top_up)
        if session.is_paid:
            _credit(top_up, session, now)
        elif session.status == "expired" and top_up.state != State.PAID:
            top_up.state = State.EXPIRED
            top_up.save(update_fields=["state"])
    return top_up


def _refuse_anothers(session: CheckoutSession, top_up: TopUp) -> None:
    """Metadata is easily copied: the session must be the one that we opened, for this member, in this currency."""
    is_its_session = top_up.stripe_session in (None, session.id)
    is_its_payer = Customer.objects.filter(member_id=top_up.member_id, stripe_id=session.customer).exists()
    if not (is_its_session and is_its_payer and session.currency == top_up.currency):
        raise TopUp.DoesNotExist(f"session {session.id} is not that of top-up {top_up.pk}")


def _credit(top_up: TopUp, session: CheckoutSession, now: datetime) -> None:
    amount = Money(session.amount_minor, session.currency)
    _post_fee(top_up, session, now)
    if top_up.state == State.PAID:
        return
    top_up.state, top_up.stripe_session, top_up.paid_at = State.PAID, session.id, now
    top_up.save(update_fields=["state", "stripe_session", "paid_at"])
    CreditLot.objects.create(
        member_id=top_up.member_id,
        top_up=top_up,
        amount_minor=amount.minor,
        remaining_minor=amount.minor,
        currency=amount.currency,
    )
    line = ledger.Line(accounts.stripe_pending(), accounts.caller_credit(top_up.member_id), amount)
    ledger.post(key=f"topup:{top_up.pk}:paid", kind="top_up", lines=[line], reference=f"topup:{top_up.pk}", now=now)


def _post_fee(top_up: TopUp, session: CheckoutSession, now: datetime) -> None:
    """Stripe's fee is the platform's cost. It may become known only after the payment, so each asking looks for it."""
    if session.fee is None or session.fee.minor <= 0:
        return
    line = ledger.Line(accounts.stripe_fees(), accounts.stripe_pending(), session.fee)
    reference = f"topup:{top_up.pk}"
    ledger.post(key=f"{reference}:fee", kind="stripe_fee", lines=[line], reference=reference, now=now)


def _customer(top_up: TopUp) -> str:
    """The member as Stripe knows them, made with the first top-up."""
    member = top_up.member
    known = Customer.objects.filter(member=member).first()
    if known is None:
        stripe_id = gateway.create_customer(email=member.email, name=str(member), key=f"customer:user:{member.pk}")
        known, _ = Customer.objects.get_or_create(member=member, defaults={"stripe_id": stripe_id})
    return known.stripe_id
