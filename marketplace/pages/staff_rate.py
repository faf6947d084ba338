"""What a verified expert may ask per minute: staff allow more than everybody's highest rate."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from marketplace.experts.models import Profile
from marketplace.listings import services as listings
from marketplace.listings.forms import SumField
from payouts.money import Money
from payouts.office.door import staff_only


class AllowRateForm(forms.Form):
    highest = SumField(
        label=gettext_lazy("Highest rate per minute"),
        help_text=gettext_lazy("Empty: no more than anybody. A rate above it comes down at once."),
        required=False,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Kept in the audit trail; only staff read it."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2_000,
    )


@staff_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def allow_rate(request, member_id: int):
    profile = get_object_or_404(Profile.objects.select_related("user"), user=member_id)
    allowed = Money(profile.rate_minor_max, settings.CURRENCY) if profile.rate_minor_max else None
    form = AllowRateForm(request.POST or None, initial={"highest": allowed})
    if form.is_valid():
        try:
            listings.allow_rate(profile=profile, staff=request.user, now=timezone.now(), **form.cleaned_data)
        except listings.NotVerified:
            form.add_error(
                "highest", _("Stripe has not checked this expert, so no more than anybody's rate is allowed.")
            )
        except listings.BadPrice as problem:
            form.add_error("highest", str(problem))
        else:
            messages.success(request, _("The highest rate is kept."))
            return redirect("staff_member_money", member_id)
    return render(request, "marketplace/staff_rate.html", {"form": form, "profile": profile, "allowed": allowed})
