"""The whole flow of money through the gateway, as one walk. It runs against the sandbox, and against Stripe itself with a key.

Where a person would act on Stripe's pages (paying, onboarding) the walk ends: the sandbox's tests act for them, Stripe's name an
account for which somebody did, and both go on with `send_money`. `tag` makes the idempotency keys of one walk differ from
those of the next.
"""

from dataclasses import dataclass

from payouts.money import Money
from payouts.stripe import gateway
from payouts.stripe.answers import AccountState, CheckoutSession, Payout, Transfer

HOME = "http://127.0.0.1:8000/wallet/"


@dataclass
class Walk:
    """What a walk made, for the test to look at."""

    session: CheckoutSession
    account: str
    before_onboarding: AccountState
    link: str


def ask_for_money_and_a_bank(tag: str) -> Walk:
    """As far as one gets without a person: customer, payment page, connected account, manual payouts, onboarding link."""
    customer = gateway.create_customer(email="alice@example.test", name="Alice Martin", key=f"{tag}:customer")
    session = gateway.create_checkout_session(
        top_up_id=7,
        customer=customer,
        amount=Money(2_000, "EUR"),
        success_url=HOME,
        cancel_url=HOME,
        key=f"{tag}:session",
    )
    account = gateway.create_account(email="bob@example.test", name="Bob Leroy", country="BE", key=f"{tag}:account")
    gateway.set_manual_payouts(account=account, key=f"{tag}:manual")
    state = gateway.retrieve_account(account)
    link = gateway.create_account_link(account=account, return_url=HOME, refresh_url=HOME, key=f"{tag}:link")
    return Walk(session=session, account=account, before_onboarding=state, link=link)


def send_money(tag: str, account: str, amount: Money, *, withdrawal_id: int = 3) -> tuple[Transfer, Payout]:
    to = {"amount": amount, "withdrawal_id": withdrawal_id}
    transfer = gateway.create_transfer(**to, destination=account, key=f"{tag}:transfer")
    payout = gateway.create_payout(**to, account=account, key=f"{tag}:payout")
    return transfer, payout
