"""What members choose about saved cards."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy

from payouts.cards.models import AutoTopUp, SavedCard
from payouts.wallet.forms import SumField


class AutoTopUpForm(forms.Form):
    below = SumField(label=gettext_lazy("When my credit falls below"))
    amount = SumField(label=gettext_lazy("Add"))
    card = forms.TypedChoiceField(label=gettext_lazy("From"), coerce=int)

    def __init__(
        self, data: QueryDict | None = None, *, cards: list[SavedCard], initial: dict[str, Any] | None = None
    ) -> None:
        # Ids of its own: the top-up form on the same page has an amount and a card too.
        super().__init__(data, auto_id="automatic_%s", initial=initial)
        self.fields["card"].choices = [(card.pk, str(card)) for card in cards]  # type: ignore[attr-defined]


def form_of(rule: AutoTopUp | None, cards: list[SavedCard]) -> AutoTopUpForm:
    """As the member left it."""
    initial = {"below": rule.below, "amount": rule.amount, "card": rule.card_id} if rule else {}
    return AutoTopUpForm(cards=cards, initial=initial)
