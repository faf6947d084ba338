"""`/staff/`: for everybody but staff there is no such page. Each act is one service, which writes its audit record."""

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from payouts.earnings import suspicion
from payouts.earnings.models import Earning
from payouts.ledger.accounts import AccountRef
from payouts.member_request import MemberRequest
from payouts.office import services as office
from payouts.office.door import staff_only
from payouts.office.models import AuditRecord, StaffTask
from payouts.outbox.models import OutboxRow
from payouts.refunds import services as refunds
from payouts.refunds.models import Refund
from payouts.safety import services as safety
from payouts.safety import words
from payouts.safety.models import Review
from payouts.staff import explorer, overview
from payouts.staff import members as of_members
from payouts.staff import services as staff
from payouts.staff.asked import ROWS_A_PAGE, asked, newest
from payouts.staff.forms import LedgerForm, LetGoForm, ReasonForm, ReviewForm
from payouts.stripe.models import StripeEvent
from payouts.wallet import services as wallet
from payouts.wallet.models import Advance

# Kinds of tasks that their own act closes, not the form for all others: else money would wait with nobody told.
HAVE_AN_ACT = ("advance", "review", "refund_refused", "review_report", "review_contest")


@staff_only
@never_cache
@require_GET
def home(request: MemberRequest) -> HttpResponse:
    now = timezone.now()
    context = {
        "money": overview.members_money(),
        "waiting": overview.waiting(now=now),
        "frozen": overview.frozen_members(now=now)[:ROWS_A_PAGE],
    }
    return render(request, "payouts/staff/home.html", context)


# --- Tasks and reviews ----------------------------------------------------------------------------------------------


@staff_only
@never_cache
@require_GET
def tasks(request: MemberRequest) -> HttpResponse:
    """The open ones, the oldest first; closed ones with who closed them and how."""
    is_closed, kind = request.GET.get("state") == "closed", asked(request, "kind", 40)
    found = StaffTask.objects.exclude(closed_at=None) if is_closed else overview.open_tasks()
    if kind:
        found = found.filter(kind=kind)
    rows, older = newest(request, found.select_related("closed_by").prefetch_related("parties"))
    own = {task.pk for task in rows if request.user.pk in {party.member_id for party in task.parties.all()}}
    context = {"own": own, "tasks": rows, "older": older, "is_closed": is_closed, "kind": kind}
    return render(request, "payouts/staff/tasks.html", context)


@staff_only
@require_POST
def close_task(request: MemberRequest, task_id: int) -> HttpResponse:
    task = get_object_or_404(StaffTask, pk=task_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write how it was settled. The task is still open."))
    elif task.kind in HAVE_AN_ACT:
        messages.error(request, _("This is settled by its own act, which closes the task. It is still open."))
    elif task.closed_at:
        messages.error(request, _("Somebody closed this task before."))
    else:
        office.close_task(task=task, staff=request.user, note=form.cleaned_data["reason"], now=timezone.now())
        messages.success(request, _("The task is closed."))
    return redirect("staff_tasks")


@staff_only
@require_POST
def send_back(request: MemberRequest, task_id: int) -> HttpResponse:
    """Of a warning of fraud: what is unspent of its top-up goes back to the card, and the task is settled."""
    task = get_object_or_404(StaffTask, pk=task_id, kind="fraud_warning")
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write why. Nothing was sent back."))
    elif task.closed_at:
        messages.error(request, _("Somebody closed this task before."))
    else:
        try:
            sent = staff.send_back(
                task=task, staff=request.user, reason=form.cleaned_data["reason"], now=timezone.now()
            )
        except refunds.NothingUnspent:
            messages.error(
                request, _("Nothing of this top-up is unspent (any more). Close the task with a word on it.")
            )
        else:
            if sent.state == Refund.State.REFUSED:
                said = _("{amount} is kept aside: its card has taken no money back before. Settle it with the member.")
            else:
                said = _("{amount} is on its way back to the card.")
            messages.success(request, said.format(amount=sent.amount))
    return redirect("staff_tasks")


@staff_only
@never_cache
@require_GET
def reviews(request: MemberRequest) -> HttpResponse:
    is_decided = request.GET.get("state") == "decided"
    found = Review.objects.select_related("expert", "payer", "decided_by")
    found = found.exclude(verdict=Review.Verdict.OPEN) if is_decided else found.filter(verdict=Review.Verdict.OPEN)
    rows, older = newest(request, found)
    context = {"reviews": [(row, _reasons(row)) for row in rows], "older": older, "is_decided": is_decided}
    return render(request, "payouts/staff/reviews.html", context)


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def review(request: MemberRequest, review_id: int) -> HttpResponse:
    """Both accounts beside each other, and the decision. Who is one of the two does not find it."""
    found = get_object_or_404(Review.objects.select_related("expert", "payer", "decided_by"), pk=review_id)
    office.check_no_party(staff=request.user, parties=(found.expert_id, found.payer_id))
    form = ReviewForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _decided(request, found, form):
        return redirect("staff_review", review_id)
    context = {
        "review": found,
        "reasons": _reasons(found),
        "earning": Earning.objects.filter(reference=found.reference).first(),
        "form": form,
        "to_give_back": suspicion.to_give_back(found),
        **_two_accounts(found),
    }
    return render(request, "payouts/staff/review.html", context, status=422 if form.errors else 200)


@staff_only
@require_POST
def review_give_back(request: MemberRequest, review_id: int) -> HttpResponse:
    found = get_object_or_404(Review, pk=review_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write why. Nothing was given back."))
        return redirect("staff_review", review_id)
    reason = form.cleaned_data["reason"]
    try:
        suspicion.give_back(review_id=found.pk, staff=request.user, reason=reason, now=timezone.now())
    except suspicion.NothingToGiveBack:
        messages.error(
            request, _("There is nothing to give back (any more), or a claim or a dispute decides about it.")
        )
    else:
        messages.success(request, _("Given back. What came from a card is on its way there."))
    return redirect("staff_review", review_id)


def _decided(request: MemberRequest, found: Review, form: ReviewForm) -> bool:
    if found.verdict != Review.Verdict.OPEN:
        form.add_error(None, _("Somebody decided this before you. Nothing was changed."))
        return False
    verdict, note = form.cleaned_data["verdict"], form.cleaned_data["note"]
    suspicion.decide(review_id=found.pk, staff=request.user, verdict=verdict, note=note, now=timezone.now())
    messages.success(request, _("Decided."))
    return True


def _reasons(found: Review) -> list[str]:
    return [words.reason_text(code) for code in found.reasons]


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def advance(request: MemberRequest, advance_id: int) -> HttpResponse:
    """Credit that an expert owes, both accounts beside each other, and the act that lets it go."""
    found = get_object_or_404(Advance.objects.select_related("expert", "payer"), pk=advance_id)
    office.check_no_party(staff=request.user, parties=(found.expert_id, found.payer_id))
    form = LetGoForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if found.is_open:
            wallet.let_advance_go(advance_id=found.pk, staff=request.user, now=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Let go."))
            return redirect("staff_advance", advance_id)
        form.add_error(None, _("It is paid, or somebody let it go before you. Nothing was changed."))
    context = {"advance": found, "form": form, **_two_accounts(found)}
    return render(request, "payouts/staff/advance.html", context, status=422 if form.errors else 200)


def _two_accounts(found: Review | Advance) -> dict[str, object]:
    facts = [(_("Payer"), of_members.facts(found.payer)), (_("Expert"), of_members.facts(found.expert))]
    return {"facts": facts, "together": of_members.together(found)}


# --- Members --------------------------------------------------------------------------------------------------------


@staff_only
@require_GET
def members(request: MemberRequest) -> HttpResponse:
    """From an e-mail address to that member's money."""
    member = get_user_model().objects.filter(email__iexact=asked(request, "email", 254).strip()).first()
    if member is None:
        messages.error(request, _("No member has this e-mail address."))
        return redirect("staff_home")
    return redirect("staff_member_money", member.pk)


@staff_only
@never_cache
@require_GET
def member_money(request: MemberRequest, member_id: int) -> HttpResponse:
    member, now = get_object_or_404(get_user_model(), pk=member_id), timezone.now()
    context = {
        "member": member,
        "balances": of_members.balances(member),
        "holds": of_members.open_holds(member),
        "top_ups": of_members.top_ups(member),
        "earnings": of_members.earnings(member),
        "withdrawals": of_members.withdrawals(member),
        "freezes": of_members.freezes(member),
        "now": now,
        "may_lift": member.pk != request.user.pk and of_members.is_frozen(member, now=now),
    }
    return render(request, "payouts/staff/member_money.html", context)


@staff_only
@require_POST
def lift(request: MemberRequest, member_id: int) -> HttpResponse:
    member, now = get_object_or_404(get_user_model(), pk=member_id), timezone.now()
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write why. Withdrawals still wait."))
    elif not of_members.is_frozen(member, now=now):
        messages.error(request, _("Nothing is frozen here."))
    else:
        safety.lift(member=member, staff=request.user, reason=form.cleaned_data["reason"], now=now)
        messages.success(request, _("{name} may withdraw again.").format(name=member.name))
    return redirect("staff_member_money", member_id)


# --- The ledger -----------------------------------------------------------------------------------------------------


@staff_only
@never_cache
@require_GET
def ledger(request: MemberRequest) -> HttpResponse:
    form = LedgerForm(request.GET)
    context: dict[str, object] = {"form": form, "page": explorer.Page()}
    if form.is_valid():
        wanted = explorer.Wanted(**form.cleaned_data)
        context |= {"page": explorer.page(wanted), "wanted": wanted}
        if wanted.account or wanted.owner:
            context["balances"] = explorer.balances(wanted)
        if explorer.has_to_be_summed(wanted.account):
            account = AccountRef(wanted.account, wanted.owner)
            context |= {"keeps_none": True, "sum": explorer.sum_of(account) if request.GET.get("sum") == "1" else None}
    return render(request, "payouts/staff/ledger.html", context, status=422 if form.errors else 200)


# --- Stripe's events, the outbox, the audit trail ---------------------------------------------------------------------


@staff_only
@never_cache
@require_GET
def events(request: MemberRequest) -> HttpResponse:
    """The newest first; `?state=waiting` those that are still to be acted on."""
    is_waiting = request.GET.get("state") == "waiting"
    found = StripeEvent.objects.defer("payload")
    rows, older = newest(request, found.filter(processed_at=None) if is_waiting else found)
    return render(request, "payouts/staff/events.html", {"events": rows, "older": older, "is_waiting": is_waiting})


@staff_only
@require_POST
def event_again(request: MemberRequest, event_id: int) -> HttpResponse:
    get_object_or_404(StripeEvent, pk=event_id)
    event = staff.process_again(event_id=event_id, staff=request.user, now=timezone.now())
    messages.success(request, _("{event} is processed again now.").format(event=event.event_id))
    return redirect("staff_events")


@staff_only
@never_cache
@require_GET
def outbox_rows(request: MemberRequest) -> HttpResponse:
    """What was given up; `?state=waiting` what is still to be done."""
    is_waiting = request.GET.get("state") == "waiting"
    State = OutboxRow.State
    rows, older = newest(
        request,
        OutboxRow.objects.filter(state__in=[State.WAITING, State.CLAIMED])
        if is_waiting
        else OutboxRow.objects.filter(state=State.GIVEN_UP),
    )
    return render(request, "payouts/staff/outbox.html", {"rows": rows, "older": older, "is_waiting": is_waiting})


@staff_only
@require_POST
def outbox_again(request: MemberRequest, row_id: int) -> HttpResponse:
    get_object_or_404(OutboxRow, pk=row_id)
    rows = OutboxRow.objects.filter(pk=row_id)
    if staff.try_again(rows=rows, staff=request.user, now=timezone.now()):
        messages.success(request, _("It is tried again now."))
    else:
        messages.error(request, _("This was not given up: nothing was changed."))
    return redirect("staff_outbox")


@staff_only
@never_cache
@require_GET
def audit(request: MemberRequest) -> HttpResponse:
    """Who did what, to what, and why. Nothing can be changed here, nor anywhere else."""
    reference = asked(request, "reference", 60)
    found = AuditRecord.objects.select_related("staff")
    rows, older = newest(request, found.filter(reference=reference) if reference else found)
    return render(request, "payouts/staff/audit.html", {"records": rows, "older": older, "reference": reference})
