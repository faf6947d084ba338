"""A changed address or second factor: withdrawals wait, and the old address hears of it. A first factor ends the sessions that
were never asked for it. allauth tells us by signals."""

from secrets import token_urlsafe

from allauth.account.signals import email_changed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth import update_session_auth_hash
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
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        return
    real = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES)
    if real.exclude(pk=authenticator.pk).exists():
        factor_changed(request, user, authenticator)
    else:
        end_other_sessions(request, user)


def end_other_sessions(request, user) -> None:
    """Nobody asked them for the factor when they began."""
    user.session_stamp = token_urlsafe(16)
    user.save(update_fields=["session_stamp"])
    update_session_auth_hash(request, user)
