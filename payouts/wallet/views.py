"""`/wallet/`: a member's credit, and adding to it. Coming back from Stripe's page: return_views.py."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from secrets import token_urlsafe
from typing import Any, TypeVar

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from payouts.cards import services as cards
from payouts.cards.forms import form_of
from payouts.cards.models import SavedCard
from payouts.earnings import services as earnings
from payouts.member_request import MemberRequest
from payouts.money import BadAmount, Money
from payouts.paging import page as page_of
from payouts.refunds import services as refunds
from payouts.refunds.forms import RefundForm
from payouts.refunds.models import Refund
from payouts.statements import services as statements
from payouts.statements.models import Paper
from payouts.stripe.answers import NotAnswered, Refused
from payouts.wallet import services as wallet
from payouts.wallet.forms import MonthlyLimitForm, TopUpForm, sum_for
from payouts.wallet.models import TopUp
from payouts.wallet.texts import blocked_text, limit_text, too_often_text

MOVES_A_PAGE = 25
REFUNDS_A_PAGE = 20
Begun = TypeVar("Begun")


@dataclass(frozen=True)
class Row:
    """A line of the history, in words."""

    at: datetime
    kind: str
    label: str
    link: str
    amount: Money
    paper: Paper | None = None
    paper_link: str = ""


@login_required
@never_cache
@require_GET
def show(request: MemberRequest) -> HttpResponse:
    return _page(request, _form(request), request.GET.get("return", ""))


@login_required
@require_POST
def top_up(request: MemberRequest) -> HttpResponse:
    form, back = _form(request, request.POST), request.POST.get("return", "")
    if form.is_valid() and (
        page := _begun(request, form, back, _from_card if form.cleaned_data["card"] else _checkout)
    ):
        return redirect(page)
    return _page(request, form, back, status=422)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def card_form(request: MemberRequest) -> HttpResponse:
    """Inside a call's page: the form alone; once it is sent, what the page needs to open Stripe's own form in its place."""
    if not wallet.card_form_key():
        raise Http404
    if request.method == "GET":
        form, back = _form(request), request.GET.get("return", "")
    else:
        form, back = _form(request, request.POST), request.POST.get("return", "")
        if form.is_valid() and (opened := _begun(request, form, back, _card_form)):
            return JsonResponse(opened)
    context = {**_about_form(request, form, back), "in_call": True}
    return render(request, "payouts/wallet/_top_up_form.html", context, status=422 if form.errors else 200)


def _begun(request: MemberRequest, form: TopUpForm, back: str, pay: Callable[..., Begun]) -> Begun | None:
    """What `pay` answers; None when it could not, with its words on the form."""
    if limit := form.cleaned_data.get("monthly_limit"):
        wallet.set_monthly_limit(member=request.user, limit=limit, now=timezone.now())
    try:
        return pay(request, form.cleaned_data, back)
    except BadAmount:
        low, high = (Money(m, settings.CURRENCY) for m in (settings.TOP_UP_MINOR_MIN, settings.TOP_UP_MINOR_MAX))
        form.add_error("amount", _("Choose an amount from {low} to {high}.").format(low=low, high=high))
    except wallet.CreditLimit as limit:
        form.add_error("amount", limit_text(limit))
    except wallet.TooOften as wait:
        form.add_error(None, too_often_text(wait))
    except wallet.PaymentsBlocked:
        form.add_error(None, blocked_text(wallet.blocked_by(member=request.user)))
    except wallet.CheckoutsOpen:
        form.add_error(None, _("You have payment pages open. Pay there, or try again in a few minutes."))
    except SavedCard.DoesNotExist:
        form.add_error(None, _("This card is not saved any more. Nothing was charged."))
    except cards.SentBefore:
        text = _("This form was sent before, with another amount. See your history before you pay again.")
        form.add_error(None, text)
    except (NotAnswered, Refused):
        text = _("The payment page could not be opened. Nothing was charged. Please try again in a minute.")
        form.add_error(None, text)
    return None


@login_required
@require_POST
def set_limit(request: MemberRequest) -> HttpResponse:
    """The monthly limit: lower at once, higher a day later."""
    form, now = MonthlyLimitForm(request.POST), timezone.now()
    if not form.is_valid():
        return _page(request, _form(request), "", limit_form=form, status=422)
    wallet.set_monthly_limit(member=request.user, limit=form.cleaned_data["limit"], now=now)
    monthly = wallet.monthly(member=request.user, now=now)
    if monthly and monthly.raised_to:
        text = _("Your monthly limit is raised to {limit} in 24 hours.").format(limit=monthly.raised_to)
    else:
        text = _("Your monthly limit is {limit} now.").format(limit=form.cleaned_data["limit"])
    messages.success(request, text)
    return redirect("wallet")


def _form(request: MemberRequest, data: QueryDict | None = None, **initial: Any) -> TopUpForm:
    now = timezone.now()
    saved = [(card.pk, f"{card}, {card.expiry}") for card in cards.usable_cards(member=request.user, now=now)]
    is_first = wallet.monthly(member=request.user, now=now) is None
    initial = {"token": token_urlsafe(24), "amount": sum_for(request.GET.get("missing", "")), **initial}
    return TopUpForm(data, cards=saved, asks_limit=is_first, initial=initial)


def _started(request: MemberRequest, wish: dict[str, Any], back: str) -> tuple[TopUp, str]:
    """A new top-up, and where its payment leads. Pages that were left open are closed when they are too many."""
    now = timezone.now()
    start = partial(wallet.start_top_up, member=request.user, amount=wish["amount"], return_path=back, now=now)
    try:
        top_up = start()
    except wallet.CheckoutsOpen:
        wallet.close_checkouts(member=request.user, now=now)
        top_up = start()
    return top_up, request.build_absolute_uri(reverse("top_up_return", args=[top_up.pk]))


def _checkout(request: MemberRequest, wish: dict[str, Any], back: str) -> str:
    """The address of the page where the member pays."""
    top_up, home = _started(request, wish, back)
    save_card, cancelled = wish.get("save_card", False), f"{home}?cancelled=1"
    return wallet.open_checkout(
        top_up=top_up, success_url=home, cancel_url=cancelled, save_card=save_card, now=timezone.now()
    )


def _card_form(request: MemberRequest, wish: dict[str, Any], back: str) -> dict[str, str]:
    """The secret of Stripe's form, and where the page asks how the payment stands once it is done."""
    top_up, home = _started(request, wish, back)
    save_card = wish.get("save_card", False)
    secret = wallet.open_card_form(top_up=top_up, return_url=home, save_card=save_card, now=timezone.now())
    return {"client_secret": secret, "done": reverse("top_up_return", args=[top_up.pk])}


def _from_card(request: MemberRequest, wish: dict[str, Any], back: str) -> str:
    """Charged at once: the address of the page that says so, or where the card's bank wants to hear from its owner."""
    payment = cards.order(
        member=request.user,
        card_id=wish["card"],
        amount=wish["amount"],
        token=wish["token"],
        return_path=back,
        now=timezone.now(),
    )
    page = ""
    with suppress(NotAnswered):  # the worker asks again; the next page waits for the answer
        page = cards.pay(payment=payment, now=timezone.now())
    return page or reverse("top_up_return", args=[payment.top_up_id])


@login_required
@never_cache
@require_GET
def top_up_again(request: MemberRequest, top_up_id: int) -> HttpResponse:
    """The link in the mail about an automatic top-up that failed: the wallet with the same sum typed in, one press away."""
    failed = get_object_or_404(TopUp, pk=top_up_id, member=request.user, state=TopUp.State.FAILED)
    return _page(request, _form(request, amount=failed.amount, card=""), "")


def _page(
    request: MemberRequest, form: TopUpForm, back: str, status: int = 200, limit_form: MonthlyLimitForm | None = None
) -> HttpResponse:
    monthly = wallet.monthly(member=request.user, now=timezone.now())
    is_window = wallet.of_a_call(back)
    usable = [] if is_window else cards.usable_cards(member=request.user, now=timezone.now())
    rule = None if is_window else cards.rule_of(member=request.user)
    of_member, asked = refunds.of_member(member=request.user), request.GET.get("refunds", "")
    refunded = page_of(of_member, at="requested_at", asked=asked, count=REFUNDS_A_PAGE)
    before = request.GET.get("before", "")
    moved = None if is_window else wallet.history(member=request.user, count=MOVES_A_PAGE, before=before)
    papers = _papers(refunded.rows, moved)
    context = {
        **_about_form(request, form, back),
        "balance": wallet.credit(member=request.user),
        "holds": _holds(request),
        "is_window": is_window,
        "saved": [] if is_window else cards.saved_cards(member=request.user),
        "rule": rule,
        "rule_form": form_of(rule, usable) if usable else None,
        "monthly": monthly,
        "limit_form": limit_form
        or MonthlyLimitForm(initial={"limit": monthly and (monthly.raised_to or monthly.limit)}),
        "blocked_by": wallet.blocked_by(member=request.user),
        "promotions": wallet.promotional_lots(member=request.user),
        "unused": refunds.unused(member=request.user),
        "refund_form": RefundForm(initial={"token": token_urlsafe(24)}, auto_id="id_refund_%s"),
        "refunds": [(refund, papers.get(refund.reference)) for refund in refunded],
        "refund_page": refunded,
        "history": moved and _history(moved, papers, is_newest=not before),
    }
    return render(request, "payouts/wallet/wallet.html", context, status=status)


def _about_form(request: MemberRequest, form: TopUpForm, back: str) -> dict[str, object]:
    """What the form of a top-up says beside its fields."""
    return {
        "form": form,
        "back": back if wallet.path_of_this_site(back) == back != reverse("wallet") else "",
        "can_add": wallet.room_for_credit(member=request.user).minor >= settings.TOP_UP_MINOR_MIN,
        "most": Money(settings.CREDIT_MINOR_MAX, settings.CURRENCY),
        "proposed_limit": Money(settings.MONTHLY_LIMIT_MINOR, settings.CURRENCY),
        "dearest_act": Money(settings.ACT_MINOR_MAX, settings.CURRENCY),
    }


def _papers(refunded: list[Refund], moved: wallet.Page | None) -> dict[str, Paper]:
    """Those of the page that have their number, in one look."""
    top_ups = [move.reference for move in moved.moves if move.kind == "top_up"] if moved else []
    return statements.papers_of_credit(about=[*top_ups, *(refund.reference for refund in refunded)])


def _holds(request: MemberRequest) -> list[Money]:
    """One sum for each paid period, however often its cap was raised."""
    sums: dict[str, Money] = {}
    for hold in wallet.open_holds(member=request.user):
        before = sums.get(hold.reference, Money(0, hold.currency))
        sums[hold.reference] = before + Money(hold.amount_minor, hold.currency)
    return list(sums.values())


def _history(page: wallet.Page, papers: Mapping[str, Paper], *, is_newest: bool) -> dict[str, object]:
    charges = earnings.of_references(references={move.reference for move in page.moves})
    labels = {"top_up": _("Paid by card"), "promo": _("A present from us"), "expired": _("Its date has passed")}
    labels |= {"refund": _("Unused credit"), "refund_back": _("Credit again")}
    labels |= {"dispute": _("Disputed payment"), "dispute_back": _("Credit again")}
    rows = []
    for move in page.moves:
        charge = charges.get(move.reference)
        label, link = (charge.label, charge.link) if charge else (labels.get(move.kind, ""), "")
        paper = papers.get(move.reference) if move.kind == "top_up" else None
        file = reverse("top_up_pdf", args=[move.reference.partition(":")[2]]) if paper else ""
        rows.append(Row(move.at, move.kind, label, link, move.amount, paper, file))
    return {"rows": rows, "older": page.older, "is_newest": is_newest}
