"""Do payments from saved cards agree with their top-ups?"""

from payouts.cards.models import CardPayment
from payouts.wallet.models import TopUp


def verify() -> list[str]:
    """Every fault found, as sentences."""
    under_way = (TopUp.State.NEW, TopUp.State.OPEN)
    left = CardPayment.objects.filter(is_open=True).exclude(top_up__state__in=under_way)
    lost = CardPayment.objects.filter(is_open=False, top_up__state__in=under_way)
    strays = TopUp.objects.filter(way=TopUp.Way.CARD, card_payment=None)
    return [
        *(f"payment {pk} is open though its top-up is over" for pk in left.values_list("pk", flat=True)),
        *(f"payment {pk} is closed though its top-up is not over" for pk in lost.values_list("pk", flat=True)),
        *(f"top-up {pk} is from a saved card but has no payment" for pk in strays.values_list("pk", flat=True)),
    ]
