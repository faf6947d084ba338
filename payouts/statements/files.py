"""Papers as files, for whoever may read them: whose they are, or staff. (Receipts of calls: calls/rooms/views.py.)"""

import re
from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from payouts.claims.models import GiveBack
from payouts.earnings import services as earnings
from payouts.money import Money
from payouts.refunds.models import Refund
from payouts.statements import pdf, words
from payouts.statements.following import month_of
from payouts.statements.invoices import lines_of
from payouts.statements.models import Paper
from payouts.statements.receipts import papers_of_credit, receipt_papers
from payouts.statements.statement import Statement, by_day
from payouts.wallet.models import TopUp

LINES_IN_PDF = 400  # a paper of more takes too long to make: added up by day


def paper_pdf(request: HttpRequest, paper: Paper, *, page: str) -> HttpResponse:
    """Any but a receipt. `page`: where whoever asked came from, as in pdf.answer."""
    return MAKERS.get(Paper.Kind(paper.kind), invoice_pdf)(request, paper, page=page)


def statement_pdf(request: HttpRequest, found: Statement, *, page: str) -> HttpResponse:
    """`page`: where whoever asked came from, as in pdf.answer."""
    now = timezone.now()
    is_long = found.sums.lines > LINES_IN_PDF
    context = {
        "statement": found,
        "made_at": now,
        "is_open": found.month >= month_of(now),
        "days": by_day(found.lines, found.opening.total) if is_long else [],
        "rows": [] if is_long else [words.described(row) for row in found.rows()],
    }
    name = f"statement-{found.month:%Y-%m}.pdf"
    return pdf.answer(request, "payouts/statements/pdf/statement.html", context, name=name, page=page)


def invoice_pdf(request: HttpRequest, paper: Paper, *, page: str) -> HttpResponse:
    """An expert's invoice or credit note."""
    lines = lines_of(paper)
    is_long = lines[LINES_IN_PDF : LINES_IN_PDF + 1].exists()
    context = {
        "paper": paper,
        "issuer": paper.issuer,
        "days": by_day(lines, Money(0, paper.currency)) if is_long else [],
        "lines": [] if is_long else lines,
    }
    return pdf.answer(request, "payouts/statements/pdf/invoice.html", context, name=f"{paper}.pdf", page=page)


def credit_note_pdf(request: HttpRequest, paper: Paper, *, page: str) -> HttpResponse:
    """Of a receipt: what of it went back, and what was left then."""
    papers = receipt_papers(about=[paper.reference])[paper.reference]
    earlier = [note for note in papers.notes if note.pk <= paper.pk]
    made = re.fullmatch(r"give_back:([0-9]+)", paper.about)
    context = {
        "paper": paper,
        "issuer": paper.issuer,
        "receipt": papers.receipt,
        "charge": earnings.of_references(references=[paper.reference])[paper.reference],
        "refund": GiveBack.objects.filter(pk=int(made[1])).first() if made else None,
        "cause": words.cause(paper),
        "earlier": earlier[:-1],
        "left": replace(papers, notes=earlier).left,
    }
    return pdf.answer(request, "payouts/statements/pdf/credit_note.html", context, name=f"{paper}.pdf", page=page)


def top_up_pdf(request: HttpRequest, paper: Paper, *, page: str) -> HttpResponse:
    """Credit that was paid for. In the law of VAT it is a multi-purpose voucher: nothing is sold yet, so this is no invoice."""
    top_up = TopUp.objects.get(pk=int(paper.about.partition(":")[2]))
    context = {"paper": paper, "issuer": paper.issuer, "top_up": top_up}
    return pdf.answer(request, "payouts/statements/pdf/top_up.html", context, name=f"{paper}.pdf", page=page)


def refund_pdf(request: HttpRequest, paper: Paper, *, page: str) -> HttpResponse:
    """Unused credit that was sent back, and what became of it."""
    refund = Refund.objects.select_related("lot__top_up").get(pk=int(paper.about.partition(":")[2]))
    top_up = refund.lot.top_up
    about = f"topup:{top_up.pk}" if top_up else ""
    payment = papers_of_credit(about=[about]).get(about) or about
    context = {"paper": paper, "issuer": paper.issuer, "refund": refund, "top_up": top_up, "payment": payment}
    return pdf.answer(request, "payouts/statements/pdf/refund.html", context, name=f"{paper}.pdf", page=page)


MAKERS = {Paper.Kind.RECEIPT_NOTE: credit_note_pdf, Paper.Kind.TOP_UP: top_up_pdf, Paper.Kind.REFUND: refund_pdf}
