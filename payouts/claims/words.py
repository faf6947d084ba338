"""What people read after they pressed *Contest this charge*."""

from django.conf import settings
from django.utils.translation import gettext as _

from payouts.claims.errors import AlreadyContested, NothingLeft


def contested_text(expert: str) -> str:
    text = _("You contested this charge. {name} has {days} days to give money back or to answer.")
    return text.format(name=expert, days=settings.CLAIM_ANSWER_DAYS)


def refusal_text(refused: Exception) -> str:
    if isinstance(refused, AlreadyContested):
        return _("You have contested this charge before.")
    if isinstance(refused, NothingLeft):
        return _("All of this charge has come back to you already.")
    return _("This charge can no longer be contested. Write to the expert: they can still give money back.")
