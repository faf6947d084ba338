"""What Stripe says of a top-up, turned into credit once: whoever hears of it first, and however often it is said."""

from datetime import datetime

from django.db import transaction

from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.money import Money
from payouts.safety import services as safety
from payouts.stripe import gateway
from payouts.stripe.answers import CheckoutSession, Payment
from payouts.wallet.models import CreditLot, Customer, Decline, TopUp

State, Way = TopUp.State, TopUp.Way


def confirm_top_up(*, stripe_session: str, now: datetime) -> TopUp:
    """Asks Stripe how the payment stands and credits it once if it was paid, however often and from wherever this is called.

    Money that Stripe took is never refused, whatever limit it passes. Raises TopUp.DoesNotExist for a session that is
    not ours, the gateway's NotAnswered or Refused.
    """
    session = gateway.retrieve_checkout_session(stripe_session)
    with transaction.atomic():
        # By its number, not its session: Stripe's event may come before open_checkout has stored the session.
        top_up = TopUp.objects.select_for_update(no_key=True).get(pk=session.top_up_id, way=Way.PAGE)
        _refuse_anothers(top_up, session.id, top_up.stripe_session, session)
        if session.is_paid:
            top_up.stripe_session = session.id
            _credit(top_up, session.payment_intent, session, now)
        elif session.status == "expired" and top_up.state != State.PAID:
            top_up.state = State.EXPIRED
            top_up.save(update_fields=["state"])
    return top_up


@transaction.atomic
def book_payment(*, payment: Payment, now: datetime) -> TopUp:
    """What Stripe has just answered about a payment from a saved card: credits it once, or closes it if it failed."""
    top_up = TopUp.objects.select_for_update(no_key=True).get(pk=payment.top_up_id, way=Way.CARD)
    _refuse_anothers(top_up, payment.id, top_up.stripe_intent, payment)
    if payment.is_paid:
        _credit(top_up, payment.id, payment, now)
    elif top_up.state in (State.NEW, State.OPEN):
        # What is over stays so: this answer is older, or Stripe's words differ.
        ended = State.EXPIRED if payment.status == "canceled" else State.FAILED
        top_up.state, top_up.stripe_intent = ended if payment.is_over else State.OPEN, payment.id
        top_up.save(update_fields=["state", "stripe_intent"])
    return top_up


@transaction.atomic
def refuse_payment(*, top_up: TopUp, stripe_intent: str, now: datetime) -> TopUp:
    """A saved card said no, or nothing was heard: failed, unless Stripe's word that it is paid came first."""
    locked = TopUp.objects.select_for_update(no_key=True).get(pk=top_up.pk, way=Way.CARD)
    if locked.state != State.PAID:
        locked.state, locked.stripe_intent = State.FAILED, stripe_intent or locked.stripe_intent
        locked.save(update_fields=["state", "stripe_intent"])
    return locked


def record_decline(*, top_up: TopUp, stripe_charge: str, now: datetime) -> None:
    """A card said no. The same charge twice counts once."""
    if stripe_charge:
        declined = Decline(member_id=top_up.member_id, stripe_charge=stripe_charge, declined_at=now)
        Decline.objects.bulk_create([declined], ignore_conflicts=True)


def _refuse_anothers(top_up: TopUp, id_: str, known: str | None, answer: CheckoutSession | Payment) -> None:
    """Metadata is easily copied: it must be the one that we made, for this member, in this currency."""
    is_its_payer = Customer.objects.filter(member_id=top_up.member_id, stripe_id=answer.customer).exists()
    if not (known in (None, id_) and is_its_payer and answer.currency == top_up.currency):
        raise TopUp.DoesNotExist(f"{id_} is not that of top-up {top_up.pk}")


def _credit(top_up: TopUp, intent: str, answer: CheckoutSession | Payment, now: datetime) -> None:
    amount = Money(answer.amount_minor, answer.currency)
    _post_fee(top_up, answer.fee, now)
    if top_up.state == State.PAID:
        return
    top_up.state, top_up.stripe_intent, top_up.paid_at = State.PAID, intent or None, now
    top_up.save(update_fields=["state", "stripe_session", "stripe_intent", "paid_at"])
    CreditLot.objects.create(
        member_id=top_up.member_id,
        top_up=top_up,
        amount_minor=amount.minor,
        remaining_minor=amount.minor,
        currency=amount.currency,
    )
    safety.saw(member=top_up.member, now=now, card=answer.card)
    line = ledger.Line(accounts.stripe_pending(), accounts.caller_credit(top_up.member_id), amount)
    ledger.post(key=f"topup:{top_up.pk}:paid", kind="top_up", lines=[line], reference=f"topup:{top_up.pk}", now=now)


def _post_fee(top_up: TopUp, fee: Money | None, now: datetime) -> None:
    """Stripe's fee is the platform's cost. It may become known only after the payment, so each asking looks for it."""
    if fee is None or fee.minor <= 0:
        return
    line = ledger.Line(accounts.stripe_fees(), accounts.stripe_pending(), fee)
    reference = f"topup:{top_up.pk}"
    ledger.post(key=f"{reference}:fee", kind="stripe_fee", lines=[line], reference=reference, now=now)
