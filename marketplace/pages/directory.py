"""`/`: the directory. Its address holds the whole question, so that an answer can be bookmarked and sent on."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from calls.contacts import services as contacts
from marketplace.accounts import guests
from marketplace.pages.forms import DirectoryForm
from marketplace.search import services as search

FILTERS = ("category", "online", "max_rate", "lang")


@require_safe
def home(request):
    form = DirectoryForm(request.GET)
    found = search.find(**form.query(), not_there=contacts.blockers_of(guests.person_of(request)))
    kept = {name: value for name, value in request.GET.items() if name in form.fields and value and name != "page"}
    return render(
        request,
        "marketplace/home.html",
        {"form": form, "found": found, "kept": kept, "filters_set": sum(name in kept for name in FILTERS)},
    )
