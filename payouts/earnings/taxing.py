"""A seam for tax on a sale: off by default, and then without a row or a query.

A policy (setting TAX_POLICY) says at capture how much of the platform's commission is tax, reckoned on the commission or on
the price. What it says is owed to a tax office: an entry of its own, `<capture key>:tax`, sets it aside in `tax_payable`,
against the commission. No price and no earning changes, for both include their taxes (PRODUCT.md, section 3). When commission
goes back, its part of the tax does too: what is left is `Earning.tax_left_minor`, however many give-backs there were.
"""

from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.module_loading import import_string

from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.money import BadAmount, Money


class TaxPolicy(Protocol):
    def at_capture(self, *, expert: AbstractBaseUser, price: Money, commission: Money, now: datetime) -> Money:
        """What of `commission` is tax: from zero to all of it. Asked inside the capture's transaction: nobody outside is."""


class NoTax:
    def at_capture(self, *, expert: AbstractBaseUser, price: Money, commission: Money, now: datetime) -> Money:
        return Money(0, price.currency)


def policy() -> TaxPolicy:
    return import_string(settings.TAX_POLICY)()


def tax_on(*, expert: AbstractBaseUser, price: Money, commission: Money, now: datetime) -> Money:
    """Raises BadAmount when the policy asks for more than there is: the capture is refused, and nothing moves."""
    tax = policy().at_capture(expert=expert, price=price, commission=commission, now=now)
    if not Money(0, price.currency) <= tax <= commission:
        raise BadAmount(f"{tax.minor} {tax.currency} is no tax on a commission of {commission.minor}")
    return tax


def post(*, change: int, currency: str, group: str, key: str, reference: str, now: datetime) -> None:
    """`change`: minor units that are owed more than before, or less. `key`: of the entry that caused it."""
    if change:
        ends = accounts.commission_tax(), accounts.tax_payable()
        debit, credit = ends if change > 0 else reversed(ends)
        line = ledger.Line(debit, credit, Money(abs(change), currency), group)
        ledger.post(key=f"{key}:tax", kind="tax", lines=[line], reference=reference, now=now)
