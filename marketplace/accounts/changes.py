"""A changed address or second factor: withdrawals wait, and the old address hears of it. allauth tells us by signals."""

from allauth.account.signals import email_changed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.dispatch import receiver
from django.utils import timezone

from payouts.safety import services as safety


@receiver(email_changed)
def address_changed(request, user, from_email_address, to_email_address, **_) -> None:
    """The first address, at sign-up, is no change."""
    if from_email_address is None:
        return
    now, old = timezone.now(), from_email_address.email
    safety.freeze(member=user, reason="email", key=f"email:user:{user.pk}:{now.timestamp()}", now=now, notify=old)


@receiver([authenticator_removed, authenticator_reset])
def factor_changed(request, user, authenticator, **_) -> None:
    """The last factor takes its recovery codes with it: what goes in the same minute is told once."""
    now = timezone.now()
    safety.freeze(member=user, reason="factor", key=f"factor:user:{user.pk}:{now:%Y-%m-%dT%H:%M}", now=now)


@receiver(authenticator_added)
def factor_added(request, user, authenticator, **_) -> None:
    """The first one is no change, like the first bank account; its recovery codes come with it."""
    real = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES)
    if authenticator.type != Authenticator.Type.RECOVERY_CODES and real.exclude(pk=authenticator.pk).exists():
        factor_changed(request, user, authenticator)
