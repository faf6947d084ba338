"""Who an expert is was checked: by Stripe, which asks for a document before it pays out. We keep that it did, and never see what
was shown. Loaded once, when the site starts: payouts cannot know of profiles.
"""

from django.dispatch import receiver

from marketplace.accounts.models import User
from marketplace.experts.models import Profile
from payouts.withdrawals import services as withdrawals


def is_verified(expert: User) -> bool:
    bank = withdrawals.bank_of(expert=expert)
    return bank is not None and bank.is_ready


@receiver(withdrawals.bank_changed)
def bank_has_changed(expert_id: int, is_ready: bool, **_told) -> None:
    for profile in Profile.objects.filter(user=expert_id).exclude(verified=is_ready):
        profile.verified = is_ready
        profile.save(update_fields=["verified"])  # search follows
