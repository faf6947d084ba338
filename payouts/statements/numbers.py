"""Numbers without a gap and without a double, for each kind of paper and year of issue."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import transaction

from payouts.statements.issuer import issuer
from payouts.statements.models import NumberSeries, Paper


@transaction.atomic
def issue(*, papers: Sequence[Paper], now: datetime) -> None:
    """Number these papers, all of one kind, in this order, in the year of `now` (UTC), and write them.

    One whose cause has its paper already is left out. In the transaction of whoever has made sure that no other issues them
    at this moment; taken back, the numbers are free again.
    """
    causes = [paper.about for paper in papers]
    kinds = {paper.kind for paper in papers}
    known = set(Paper.objects.filter(kind__in=kinds, about__in=causes).values_list("about", flat=True))
    papers = [paper for paper in papers if paper.about not in known]
    if not papers:
        return
    kind, year = papers[0].kind, now.astimezone(UTC).year
    NumberSeries.objects.get_or_create(kind=kind, year=year)
    series = NumberSeries.objects.select_for_update(no_key=True).get(kind=kind, year=year)
    by = issuer()
    for paper in papers:
        series.last += 1
        paper.year, paper.number, paper.issued_at, paper.issuer = year, series.last, now, by
    Paper.objects.bulk_create(papers)
    series.save(update_fields=["last"])
