"""Papers of one's own. A month in which nothing moved has none."""

from datetime import date, datetime

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from payouts.member_request import MemberRequest
from payouts.money import Money
from payouts.statements import csv_file, pdf, words
from payouts.statements import services as statements

LINES_SHOWN = 200
LINES_IN_PDF = 400  # a paper of more takes too long to make: added up by day


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
    found, now = _of(request, month), timezone.now()
    is_long = found.sums.lines > LINES_IN_PDF
    context = {
        "statement": found,
        "made_at": now,
        "is_open": month >= statements.month_of(now),
        "days": statements.by_day(found.lines, found.opening.total) if is_long else [],
        "rows": [] if is_long else [_shown(row) for row in found.rows()],
    }
    page = reverse("statement", args=[month])
    name = f"statement-{month:%Y-%m}.pdf"
    return pdf.answer(request, "payouts/statements/pdf/statement.html", context, name=name, page=page)


@login_required
@never_cache
@require_safe
def invoice_pdf(request: MemberRequest, month: date, kind: str) -> HttpResponse:
    """The month's invoice or credit note."""
    paper = get_object_or_404(statements.papers_of(expert=request.user), month=month, kind=kind)
    lines = statements.lines_of(paper)
    is_long = lines[LINES_IN_PDF : LINES_IN_PDF + 1].exists()
    context = {
        "paper": paper,
        "issuer": paper.issuer,
        "days": statements.by_day(lines, Money(0, paper.currency)) if is_long else [],
        "lines": [] if is_long else lines,
    }
    page = reverse("statement", args=[month])
    return pdf.answer(request, "payouts/statements/pdf/invoice.html", context, name=f"{paper}.pdf", page=page)


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
        rows.append(_shown(row))
    context = {"statement": found, "rows": rows, "more": more, "is_first": not after}
    return render(request, "payouts/statements/statement.html", context)


@login_required
@never_cache
@require_safe
def as_csv(request: MemberRequest, month: date) -> HttpResponse:
    answer = HttpResponse(csv_file.parts(_of(request, month)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="statement-{month:%Y-%m}.csv"'
    return answer


def _shown(row: statements.Row) -> dict:
    return {"row": row, "kind": words.kind(row), "state": words.state(row)}


def _of(request: MemberRequest, month: date) -> statements.Statement:
    found = statements.statement(expert=request.user, month=month)
    if found is None:
        raise Http404
    return found
