"""`/staff/tax/`: what experts were paid, by quarter. Its file holds names and addresses: who takes it is written down."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from payouts.earnings import quarters
from payouts.member_request import MemberRequest
from payouts.office import services as office
from payouts.office.door import staff_only
from payouts.staff import tax
from payouts.staff.forms import TaxForm


@staff_only
@never_cache
@require_GET
def show(request: MemberRequest) -> HttpResponse:
    form = _form(request)
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        rows = quarters.of_all(year=form.cleaned_data["year"], quarter=form.cleaned_data["quarter"])
        context |= {"report": tax.report(rows), "period": form.period, "query": request.GET.urlencode()}
    return render(request, "payouts/staff/tax.html", context, status=422 if form.errors else 200)


@staff_only
@never_cache
@require_GET
def file(request: MemberRequest) -> HttpResponse:
    form = _form(request)
    if not form.is_valid():
        return render(request, "payouts/staff/tax.html", {"form": form}, status=422)
    rows = quarters.of_all(year=form.cleaned_data["year"], quarter=form.cleaned_data["quarter"])
    office.record(staff=request.user, act="tax.file", reference=f"tax:{form.period}", now=timezone.now())
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="tax-{form.period}.csv"'
    tax.write_csv(answer, rows)
    return answer


def _form(request: MemberRequest) -> TaxForm:
    """Without a question: this quarter."""
    today = timezone.localdate(timezone.now(), timezone.get_default_timezone())
    return TaxForm(request.GET or {"year": today.year, "quarter": quarters.quarter_of(today)})
