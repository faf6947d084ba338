"""What the codes of our tables are called on pages of staff: kinds of tasks, acts, states. A code without words shows itself."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from payouts.withdrawals.words import STATES

WORDS: dict[str, Promise] = {
    # Kinds of tasks
    "advance": _("credit that an expert owes"),
    "books": _("fault in the books"),
    "dispute": _("bank's dispute"),
    "closing": _("closing account"),
    "fraud": _("found to be fraud"),
    "fraud_warning": _("warning of fraud"),
    "own_payouts": _("the platform's own payouts"),
    "reconciliation": _("Stripe and ledger differ"),
    "refund_failed": _("refund came back"),
    "refund_refused": _("refund refused for good"),
    "report": _("report of a member"),
    "review": _("review of an earning"),
    "review_contest": _("removed review, contested"),
    "review_report": _("reported review of an expert"),
    "stuck_withdrawal": _("withdrawal stuck at Stripe"),
    "suspense": _("moved at Stripe, unexplained"),
    # Acts in the audit trail
    "advance.let_go": _("let credit go that an expert owes"),
    "category.kind": _("changed what may be sold in a category"),
    "claim.decide": _("decided a claim"),
    "dispute.accept": _("let a dispute go"),
    "dispute.lift_block": _("let a member pay again"),
    "dispute.participation": _("found that an expert took part"),
    "dispute.send_evidence": _("sent evidence to a bank"),
    "expert_review.leave": _("left a reported review"),
    "expert_review.remove": _("took a review down"),
    "expert_review.restore": _("showed a review again"),
    "expert_review.uphold": _("left a review down"),
    "look": _("looked at it"),
    "event.replay": _("processed an event again"),
    "factor.take": _("took a second factor away"),
    "freeze.lift": _("let a member withdraw again"),
    "outbox.retry": _("tried again what was given up"),
    "promo.grant": _("gave promotional credit"),
    "rate.allow": _("set an expert's highest rate"),
    "refund.credit_again": _("made a refund credit again"),
    "refund.in_time": _("sent a top-up back before a dispute"),
    "refund.sent_by_hand": _("sent a refund by hand"),
    "review.fine": _("found an earning fine"),
    "review.give_back": _("gave back what was fraud"),
    "review.fraud": _("found fraud"),
    "rights.change": _("changed what a member may do here"),
    "task.close": _("closed a task"),
    "tax.file": _("took out the figures for the tax office"),
    # States of top-ups, refunds, holds and withdrawals
    "new": _("new"),
    "open": _("open"),
    "expired": _("expired"),
    "closed": _("closed"),
    "pending": _("pending"),
    "refused": _("refused for good"),
    "settled": _("settled by hand"),
    **STATES,
    # How a dispute stands at Stripe
    "warning_needs_response": _("inquiry, may be answered"),
    "warning_under_review": _("inquiry, the bank looks at our answer"),
    "warning_closed": _("inquiry, closed"),
    "needs_response": _("open, may be answered"),
    "under_review": _("open, the bank looks at our answer"),
    "appeal_needs_response": _("appealed, may be answered"),
    "appeal_under_review": _("appealed, the bank looks at it"),
    "won": _("won"),
    "lost": _("lost"),
    "prevented": _("settled before it was one"),
}


def said(code: str) -> str:
    return str(WORDS.get(code, code))
