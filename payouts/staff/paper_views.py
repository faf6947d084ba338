"""`/staff/papers/`: from an address or a number to a member's papers. Only looked at; who looked at what is written down."""

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from payouts.member_request import MemberRequest
from payouts.office import services as office
from payouts.office.door import staff_only
from payouts.staff import papers
from payouts.staff.asked import asked, newest
from payouts.statements import files
from payouts.statements import services as statements
from payouts.statements.models import Paper, StatementMonth


@staff_only
@never_cache
@require_GET
def search(request: MemberRequest) -> HttpResponse:
    words = asked(request, "q", 254).strip()
    member = papers.owner_of(words) if words else None
    if member:
        return redirect("staff_member_papers", member.pk)
    if words:
        messages.error(request, _("No member has this e-mail address, and no paper this number."))
    return render(request, "payouts/staff/papers.html", {"words": words})


@staff_only
@never_cache
@require_GET
def of_member(request: MemberRequest, member_id: int) -> HttpResponse:
    """Numbered papers, the newest first, and the months that have a statement."""
    member = get_object_or_404(get_user_model(), pk=member_id)
    found, older = newest(request, Paper.objects.filter(owner_id=member.pk).select_related("corrects"))
    office.look(staff=request.user, reference=f"user:{member.pk}", what=_("papers"), now=timezone.now())
    context = {
        "member": member,
        "rows": papers.rows(found),
        "older": older,
        "months": StatementMonth.objects.filter(expert_id=member.pk).order_by("-month"),
    }
    return render(request, "payouts/staff/member_papers.html", context)


@staff_only
@never_cache
@require_GET
def paper_pdf(request: MemberRequest, paper_id: int) -> HttpResponse:
    """As its owner has it. A receipt of a call is made by the calls: see their staff_receipt."""
    others = Paper.objects.exclude(kind=Paper.Kind.RECEIPT).select_related("corrects")
    paper = get_object_or_404(others, pk=paper_id)
    office.look(staff=request.user, reference=f"user:{paper.owner_id}", what=str(paper), now=timezone.now())
    return files.paper_pdf(request, paper, page=reverse("staff_member_papers", args=[paper.owner_id]))


@staff_only
@never_cache
@require_GET
def statement_pdf(request: MemberRequest, month_id: int) -> HttpResponse:
    month = get_object_or_404(StatementMonth.objects.select_related("expert"), pk=month_id)
    found = statements.statement(expert=month.expert, month=month.month)
    if found is None:  # in another currency than the site's
        return redirect("staff_member_papers", month.expert_id)
    what = _("statement of {month}").format(month=month)
    office.look(staff=request.user, reference=f"user:{month.expert_id}", what=what, now=timezone.now())
    return files.statement_pdf(request, found, page=reverse("staff_member_papers", args=[month.expert_id]))
