"""What attacks on amounts begin with: two people with money to move, and every row there is, to see that none changed."""

from dataclasses import dataclass

from django.apps import apps

from payouts.cards.models import SavedCard
from payouts.claims.models import Claim
from payouts.office.models import AuditRecord
from tests.calls.metering.world import Story


@dataclass
class World:
    """Alice paid Bob for a call that is over and contests it; both have money to move, and staff may decide."""

    story: Story
    card: SavedCard
    claim: Claim

    def path(self, door: str) -> str:
        names = {"call": self.story.call.pk, "period": self.story.period_id, "claim": self.claim.pk}
        return door.format(**names)


def everything() -> dict:
    """Every row of the site, but for what staff looked at."""
    models = [model for app in ("payouts", "calls", "marketplace") for model in apps.get_app_config(app).get_models()]
    return {one: list(one.objects.order_by("pk").values()) for one in models if one is not AuditRecord}
