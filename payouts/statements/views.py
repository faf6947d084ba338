"""Papers of one's own. A month in which nothing moved has none."""

from datetime import date, datetime

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from payouts.addresses import here
from payouts.earnings import services as earnings
from payouts.member_request import MemberRequest
from payouts.statements import csv_file, files, words
from payouts.statements import services as statements
from payouts.statements.models import Paper

LINES_SHOWN = 200


class MonthConverter:
    """`2026-11` in an address: the first day of that month."""

    regex = "[0-9]{4}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return datetime.strptime(value, "%Y-%m").date()

    def to_url(self, value: date) -> str:
        return f"{value:%Y-%m}"


@login_required
@never_cache
@require_safe
def index(request: MemberRequest) -> HttpResponse:
    return render(request, "payouts/statements/index.html", {"months": statements.months(expert=request.user)})


@login_required
@never_cache
@require_safe
def as_pdf(request: MemberRequest, month: date) -> HttpResponse:
    return files.statement_pdf(request, _of(request, month), page=reverse("statement", args=[month]))


@login_required
@never_cache
@require_safe
def invoice_pdf(request: MemberRequest, month: date, kind: str) -> HttpResponse:
    """The month's invoice or credit note."""
    paper = get_object_or_404(statements.papers_of(expert=request.user), month=month, kind=kind)
    return files.invoice_pdf(request, paper, page=reverse("statement", args=[month]))


@login_required
@never_cache
@require_safe
def credit_pdf(request: MemberRequest, kind: str, about: str, number: int) -> HttpResponse:
    """Of credit that was paid for, or that has left us unused; the worker numbers it a moment later."""
    own = Paper.objects.filter(owner_id=request.user.pk)
    paper = get_object_or_404(own, kind=kind, about=f"{about}:{number}")
    return files.paper_pdf(request, paper, page=reverse("wallet"))


@login_required
@never_cache
@require_safe
def credit_note_pdf(request: MemberRequest, paper_id: int) -> HttpResponse:
    """Of a receipt, for the two whose charge it is of."""
    paper = get_object_or_404(Paper.objects.select_related("corrects"), pk=paper_id, kind=Paper.Kind.RECEIPT_NOTE)
    charge = earnings.of_references(references=[paper.reference])[paper.reference]
    if request.user.pk not in (charge.payer_id, charge.expert_id):
        raise Http404
    return files.credit_note_pdf(request, paper, page=here(charge.link))


@login_required
@never_cache
@require_safe
def show(request: MemberRequest, month: date) -> HttpResponse:
    found = _of(request, month)
    after = request.GET.get("after", "")
    rows: list[dict] = []
    more = ""
    for row in found.rows(after=int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0):
        if len(rows) == LINES_SHOWN:
            more = str(rows[-1]["row"].line.entry_id)
            break
        rows.append(words.described(row))
    context = {"statement": found, "rows": rows, "more": more, "is_first": not after}
    return render(request, "payouts/statements/statement.html", context)


@login_required
@never_cache
@require_safe
def as_csv(request: MemberRequest, month: date) -> HttpResponse:
    answer = HttpResponse(csv_file.parts(_of(request, month)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="statement-{month:%Y-%m}.csv"'
    return answer


def _of(request: MemberRequest, month: date) -> statements.Statement:
    found = statements.statement(expert=request.user, month=month)
    if found is None:
        raise Http404
    return found
