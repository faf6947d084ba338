"""The room's page, why its socket was refused, and the receipt. Everything is looked up from the person: strangers get 404."""

from datetime import datetime
from secrets import token_urlsafe

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from calls.conversations import chat
from calls.metering import services as metering
from calls.metering.forms import TipForm
from calls.orders import services as orders
from calls.rooms import words
from calls.rooms.models import Call, Room
from marketplace.accounts import guests
from marketplace.accounts.models import User
from payouts.addresses import here
from payouts.commission import split
from payouts.earnings import services as earnings
from payouts.money import Money
from payouts.office import services as office
from payouts.office.door import staff_only
from payouts.statements import services as statements
from payouts.wallet import services as wallet

BACK_FROM_ACCOUNT = "account"  # in the room's address, where *Make an account* leads back to


def _room_of(user: User, code: str) -> Room:
    mine = Room.objects.filter(Q(caller=user) | Q(expert=user)).select_related("caller", "expert")
    return get_object_or_404(mine, code=code)


@never_cache
@require_safe
def room(request: HttpRequest, code: str) -> HttpResponse:
    """Guests too. Where Stripe's card form opens inside the page, its browser may load that form; no other page's may."""
    person = guests.person_of(request)
    if person is None:
        return redirect_to_login(request.get_full_path())
    page = csp_update(settings.STRIPE_FORM_SOURCES)(_room_page) if wallet.card_form_key() else _room_page
    return page(request, person, code)


def _room_page(request: HttpRequest, person: User, code: str) -> HttpResponse:
    try:
        found = _room_of(person, code)
    except Http404:
        if BACK_FROM_ACCOUNT not in request.GET:
            raise
        return render(request, "calls/rooms/other_account.html", status=404)
    is_caller = found.caller_id == person.id
    return render(
        request,
        "calls/rooms/room.html",
        {
            "room": found,
            "role": "payer" if is_caller else "expert",
            "other": found.expert if is_caller else found.caller,
            "is_guest": person.is_guest,
            "words": words.for_room_page(),
            "card_form_key": wallet.card_form_key(),
            "captions": settings.CAPTIONS,
            # Fetched while it rings, perhaps for nobody: what was to be said once is kept for a page that is seen.
            "is_ahead": "prefetch" in request.headers.get("Sec-Purpose", ""),
        },
    )


@never_cache
@require_safe
def seat(request: HttpRequest, code: str) -> JsonResponse:
    """A browser sees a refused socket as a dead network; here the page asks why (signalling/PROTOCOL.md, section 1)."""
    person = guests.person_of(request)
    if person is None:
        return JsonResponse({"reason": "signed_out"}, status=401)
    try:
        _room_of(person, code)
    except Http404:
        return JsonResponse({"reason": "not_found"}, status=404)
    return JsonResponse({"reason": "open"})


def _ended_call(user: User, call_id: int) -> Call:
    mine = Call.objects.filter(Q(caller=user) | Q(expert=user), started_at__isnull=False)
    return get_object_or_404(mine.select_related("caller", "expert", "room"), id=call_id, state=Call.State.ENDED)


def _works(user: User, call: Call, now: datetime) -> list[orders.OrderRow]:
    return orders.rows(orders=orders.of_member(user).filter(call=call), now=now)


def _charged(found: metering.Receipt | None, works: list[orders.OrderRow]) -> list[str]:
    """The references of all that has a number on the receipt's paper."""
    return [
        *(metering.charged(found) if found else []),
        *(row.order.reference for row in works if row.charge),
    ]


@login_required
@never_cache
@require_safe
def receipt(request: HttpRequest, call_id: int) -> HttpResponse:
    """For both people of the call, once it has been a conversation and is over."""
    call, now = _ended_call(request.user, call_id), timezone.now()
    found, works = metering.receipt(call=call, now=now), _works(request.user, call, now)
    charged = _charged(found, works)
    is_caller = call.caller_id == request.user.id
    return render(
        request,
        "calls/rooms/receipt.html",
        {
            "call": call,
            "role": "payer" if is_caller else "expert",
            "other": call.expert if is_caller else call.caller,
            "orders": works,
            "receipt": found,
            "chat": chat.lines(call_id=call.pk),
            "has_paper": bool(charged),
            "papers": statements.receipt_papers(about=charged),
            "tipping": metering.tipping(call=call, payer=request.user),
            "tip_form": TipForm(initial={"token": token_urlsafe(24)}),
            "reviewing": metering.reviewing(payer=call.caller, expert=call.expert) if is_caller else None,
        },
    )


@login_required
@require_POST
def erase_chat(request: HttpRequest, call_id: int) -> HttpResponse:
    """Either of the two deletes it for both."""
    call = _ended_call(request.user, call_id)
    chat.erase(call_id=call.pk)
    messages.success(request, _("The chat of this call is deleted, for both of you."))
    return redirect("receipt", call_id)


@login_required
@never_cache
@require_safe
def receipt_pdf(request: HttpRequest, call_id: int) -> HttpResponse:
    """The receipt as a paper with its numbers, for each of the two. A free call has none."""
    call = _ended_call(request.user, call_id)
    return _paper(request, call, request.user, page=reverse("receipt", args=[call_id]))


@staff_only
@never_cache
@require_safe
def staff_receipt(request: HttpRequest, reference: str) -> HttpResponse:
    """What the payer of a charge or tip has as a paper, for staff: `reference` is what the paper is about."""
    charge = earnings.of_references(references=[reference]).get(reference)
    if charge is None:
        raise Http404
    about = resolve(here(charge.link)).kwargs  # an address of ours: of a call, or of an order in it
    if "order_id" in about:
        about = {"call_id": get_object_or_404(orders.of_member(charge.payer), pk=about["order_id"]).call_id}
    call = _ended_call(charge.payer, about["call_id"])
    office.look(staff=request.user, reference=f"user:{charge.payer_id}", what=reference, now=timezone.now())
    return _paper(request, call, charge.payer, page=reverse("staff_member_papers", args=[charge.payer_id]))


def _paper(request: HttpRequest, call: Call, reader: User, *, page: str) -> HttpResponse:
    """As `reader`, one of the two, has it. `page`: where whoever asked came from."""
    now = timezone.now()
    found, works = metering.receipt(call=call, now=now), _works(reader, call, now)
    charged = _charged(found, works)
    if found is None or not charged:
        raise Http404
    numbers = statements.receipts(about=charged)
    if len(numbers) < len(charged):
        messages.info(request, _("The receipt is being numbered. Try again in a moment."))
        return redirect(page)
    context = {
        "call": call,
        "role": "payer" if call.caller_id == reader.id else "expert",
        "receipt": found,
        "papers": [numbers[reference] for reference in charged],
        "issuer": numbers[charged[0]].issuer,
        "periods": [_on_paper(row, numbers.get(f"period:{row.period.pk}")) for row in found.periods],
        "orders": [(row, numbers[row.order.reference]) for row in works if row.charge],
        "tips": [(tip, numbers[tip.reference]) for tip in found.tips],
    }
    name = f"receipt-{call.pk}.pdf"
    return statements.answer(request, "calls/rooms/receipt_pdf.html", context, name=name, page=page)


def _on_paper(row: metering.PeriodRow, number: statements.Paper | None) -> dict[str, object]:
    """The sums as they were when the receipt was issued: what went back since has credit notes."""
    paid = number.amount if number else row.price - row.given_back
    shares = split(paid.minor, row.commission_percent)
    commission = Money(shares.commission_minor, paid.currency)
    return {"row": row, "number": number, "paid": paid, "commission": commission, "earning": paid - commission}
