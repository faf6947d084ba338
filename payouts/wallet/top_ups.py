"""Adding credit: a row, Stripe's hosted page, and the credit once Stripe says that it was paid (booking.py)."""

from contextlib import suppress
from datetime import datetime

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.http import url_has_allowed_host_and_scheme

from payouts.addresses import here, in_language
from payouts.money import BadAmount, Money
from payouts.stripe import gateway
from payouts.stripe.answers import Refused
from payouts.stripe.attempts import key_with, with_fresh_key
from payouts.wallet import limits, monthly
from payouts.wallet.booking import confirm_top_up
from payouts.wallet.models import Customer, TopUp

State = TopUp.State


def start_top_up(
    *, member: AbstractBaseUser, amount: Money, return_path: str, now: datetime, way: TopUp.Way = TopUp.Way.PAGE
) -> TopUp:
    """A top-up that has not been paid yet. `return_path`: the page of this site to go back to; another's becomes /wallet/.

    Raises BadAmount outside TOP_UP_MINOR_MIN to TOP_UP_MINOR_MAX or in another currency, and what limits.check raises.
    """
    if amount.currency != settings.CURRENCY:
        raise BadAmount(f"credit is in {settings.CURRENCY}")
    if not settings.TOP_UP_MINOR_MIN <= amount.minor <= settings.TOP_UP_MINOR_MAX:
        raise BadAmount(f"{amount.minor} is outside the limits of a top-up")
    with transaction.atomic():
        lock_purse(member=member)
        limits.check(member=member, amount=amount, now=now)
        monthly.propose(member=member, now=now)
        return TopUp.objects.create(
            member_id=member.pk,
            amount_minor=amount.minor,
            currency=amount.currency,
            way=way,
            return_path=path_of_this_site(return_path),
            made_at=now,
        )


def lock_purse(*, member: AbstractBaseUser) -> None:
    """Forms sent at once are seen in turn."""
    get_user_model().objects.select_for_update(no_key=True).get(pk=member.pk)


def of_a_call(path: str) -> bool:
    """Of the page of a room, which goes on in its own window meanwhile."""
    return in_language(path, settings.LANGUAGE_CODE).startswith("/r/")


def path_of_this_site(path: str) -> str:
    """`path` if it leads nowhere else, else /wallet/: links with it must not carry people to other sites."""
    is_path = path.startswith("/") and len(path) <= 200 and path.isprintable()
    return path if is_path and url_has_allowed_host_and_scheme(path, allowed_hosts=None) else here("/wallet/")


def open_checkout(*, top_up: TopUp, success_url: str, cancel_url: str, now: datetime, save_card: bool = False) -> str:
    """The address of Stripe's page where the top-up is paid. Asks Stripe, so not inside a transaction.

    Raises the gateway's NotAnswered or Refused.
    """
    session = gateway.create_checkout_session(
        top_up_id=top_up.pk,
        customer=customer_of(member=top_up.member),
        amount=Money(top_up.amount_minor, top_up.currency),
        success_url=success_url,
        cancel_url=cancel_url,
        key=f"topup:{top_up.pk}:session",
        save_card=save_card,
    )
    new = TopUp.objects.filter(pk=top_up.pk, state=State.NEW)
    new.update(state=State.OPEN, stripe_session=session.id)
    return session.url


def open_card_form(*, top_up: TopUp, return_url: str, now: datetime, save_card: bool = False) -> str:
    """As open_checkout, for Stripe's form inside a page of ours: the secret with which that page's browser opens it."""
    session = gateway.create_checkout_session(
        top_up_id=top_up.pk,
        customer=customer_of(member=top_up.member),
        amount=Money(top_up.amount_minor, top_up.currency),
        return_url=return_url,
        key=f"topup:{top_up.pk}:session",
        save_card=save_card,
    )
    TopUp.objects.filter(pk=top_up.pk, state=State.NEW).update(state=State.OPEN, stripe_session=session.id)
    return session.client_secret


def card_form_key() -> str:
    """What Stripe's form inside a call's page is opened with; empty where it is not to be had: then a small window opens."""
    return settings.STRIPE_PUBLISHABLE_KEY


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
    for top_up in limits.open_top_ups(member, now).filter(state=State.OPEN, way=TopUp.Way.PAGE):
        close_checkout(top_up=top_up, now=now)


def customer_of(*, member: AbstractBaseUser) -> str:
    """The member as Stripe knows them, made with the first top-up. Asks Stripe, so not inside a transaction."""
    known = Customer.objects.filter(member_id=member.pk).first()
    if known is None:
        email, name = getattr(member, "email", ""), str(member)
        stripe_id = with_fresh_key(
            key_with(f"customer:user:{member.pk}", email, name),
            lambda key: gateway.create_customer(email=email, name=name, key=key),
        )
        known, _ = Customer.objects.get_or_create(member_id=member.pk, defaults={"stripe_id": stripe_id})
    return known.stripe_id
