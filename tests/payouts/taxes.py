"""A tax policy for tests."""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser

from payouts.money import Money


class OnCommission:
    """21 % of the commission, rounded down."""

    def at_capture(self, *, expert: AbstractBaseUser, price: Money, commission: Money, now: datetime) -> Money:
        return Money(commission.minor * 21 // 100, commission.currency)
