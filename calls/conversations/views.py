"""Leaving a message for an expert."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from calls.contacts import services as contacts
from calls.conversations import services as conversations

REFUSALS = {
    "empty": gettext_lazy("Write something first."),
    "too_long": gettext_lazy("A message can have at most 2000 characters."),
    "unreadable": gettext_lazy("That message holds characters that cannot be stored."),
    "self": gettext_lazy("This is your own profile."),
    "not_taken": gettext_lazy("This person does not take messages now."),
    "too_many": gettext_lazy("You have left enough messages for now. Please wait until they are read."),
}


@login_required
@require_POST
def leave_message(request: HttpRequest, slug: str) -> HttpResponse:
    profile = get_object_or_404(contacts.shown_to(request.user).select_related("user"), slug=slug)
    try:
        conversations.leave_message(
            sender=request.user, recipient=profile.user, text=request.POST.get("text", ""), now=timezone.now()
        )
    except conversations.BadMessage as refusal:
        messages.error(request, REFUSALS[refusal.code])
    else:
        messages.success(request, _("Your message was left. %(name)s will find it.") % {"name": profile.user.name})
    return redirect("profile", slug=slug)
