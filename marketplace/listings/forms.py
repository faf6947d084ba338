"""What an expert asks for, typed in major units of the platform's currency."""

from functools import partial

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.formats import get_format
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.experts.models import Profile
from marketplace.listings import services as listings
from marketplace.listings.models import Listing
from payouts.money import BadAmount, Money, read_money


class SumWidget(forms.TextInput):
    """A text field with the currency beside it; phones show the keys for numbers."""

    template_name = "marketplace/_sum_input.html"

    def get_context(self, name, value, attrs):
        return super().get_context(name, value, {"inputmode": "decimal", "autocomplete": "off", **(attrs or {})}) | {
            "currency": settings.CURRENCY
        }


class SumField(forms.CharField):
    """A typed sum; its clean value is Money in the platform's currency. `limits` gives the lowest and highest one."""

    widget = SumWidget

    def __init__(self, *, limits=None, **kwargs) -> None:
        self.limits = limits
        super().__init__(max_length=20, **kwargs)

    def prepare_value(self, value):
        """As the language of the page writes it."""
        return value.typed().replace(".", get_format("DECIMAL_SEPARATOR")) if isinstance(value, Money) else value

    def clean(self, value) -> Money | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            amount = read_money(text, settings.CURRENCY)
        except BadAmount as problem:
            raise ValidationError(_("Type an amount such as 2.50.")) from problem
        if self.limits:
            low, high = self.limits()
            if not low <= amount <= high:
                raise ValidationError(_("Choose an amount from {low} to {high}.").format(low=low, high=high))
        return amount


class PriceForm(forms.Form):
    """Of one expert. Beside the price stands what they keep of it."""

    priced = "price"

    def __init__(self, *args, profile: Profile, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        price = self.fields[self.priced]
        share = _("You keep {share} %.").format(share=100 - listings.commission_percent(profile))
        price.help_text = f"{price.help_text} {share}"


FREE_MINUTES = format_lazy(gettext_lazy("Choose from 0 to {most} free minutes."), most=listings.FREE_MINUTES_MAX)


class RateForm(PriceForm):
    priced = "rate"
    rate = SumField(
        label=gettext_lazy("Rate per minute"), help_text=gettext_lazy("What the caller pays, taxes included.")
    )
    free_minutes = forms.IntegerField(
        label=gettext_lazy("Free minutes (optional)"),
        required=False,
        min_value=0,
        max_value=listings.FREE_MINUTES_MAX,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), FREE_MINUTES),
    )

    def __init__(self, *args, profile: Profile, **kwargs) -> None:
        super().__init__(*args, profile=profile, **kwargs)
        self.fields["rate"].limits = partial(listings.rate_limits, profile)
        text = _(
            "Once a day with each caller, before the rate counts. Left empty, the first {seconds} seconds are free."
        )
        self.fields["free_minutes"].help_text = text.format(seconds=settings.FREE_TIME_S)


class ActForm(PriceForm):
    title = forms.CharField(
        label=gettext_lazy("What the caller gets"),
        help_text=gettext_lazy("For example: your tax return checked together."),
        max_length=Listing._meta.get_field("title").max_length,
    )
    length_minutes = forms.IntegerField(
        label=gettext_lazy("Length in minutes"),
        min_value=listings.ACT_MINUTES_MIN,
        max_value=listings.ACT_MINUTES_MAX,
    )
    price = SumField(
        label=gettext_lazy("Price"),
        help_text=gettext_lazy("For the whole act, taxes included."),
        limits=listings.price_limits,
    )


class WorkForm(PriceForm):
    title = forms.CharField(
        label=gettext_lazy("What the caller gets"),
        help_text=gettext_lazy("For example: a letter translated into French."),
        max_length=Listing._meta.get_field("title").max_length,
    )
    description = forms.CharField(
        label=gettext_lazy("Description"),
        help_text=gettext_lazy("What is delivered, and in which form. The caller agrees to these words."),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    delivery_days = forms.IntegerField(
        label=gettext_lazy("Days until the delivery"), min_value=1, max_value=listings.WORK_DAYS_MAX
    )
    price = SumField(
        label=gettext_lazy("Price"),
        help_text=gettext_lazy("For the whole work, taxes included."),
        limits=listings.price_limits,
    )
