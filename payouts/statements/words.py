"""What a movement is called on a statement."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payouts.statements.models import Paper
from payouts.statements.statement import Row
from payouts.withdrawals.words import STATES

KINDS = {
    "capture": gettext_lazy("Earned"),
    "tip": gettext_lazy("Tip"),
    "give_back": gettext_lazy("Given back"),
    "waive_commission": gettext_lazy("Commission given back to the caller"),
    "take_back": gettext_lazy("Taken back after a chargeback"),
    "part": gettext_lazy("Rounding of a part"),
    "release": gettext_lazy("Became available"),
    "debt_paid": gettext_lazy("Paid what was owed"),
    "withdrawal_request": gettext_lazy("Withdrawal"),
    "withdrawal_refused": gettext_lazy("Withdrawal came back"),
    "withdrawal_reversed": gettext_lazy("Withdrawal came back"),
}

# What the key of an entry that gave something back begins with; what people chose themselves (give_back) says so itself.
CAUSES = {
    "claim": gettext_lazy("Our commission, because we did not decide in time"),
    "stored": gettext_lazy("Not used"),
    "dispute": gettext_lazy("Returned to the bank of the card, which took the payment back"),
    "period": gettext_lazy("The meter was corrected afterwards"),
}


def kind(row: Row) -> str:
    return str(KINDS.get(row.line.kind) or _("Other"))


def cause(note: Paper) -> str:
    """Why something of a receipt went back, where nobody chose it."""
    if ":fraud:" in note.about:
        return _("Given back by our staff after they had looked at it")
    return str(CAUSES.get(note.about.partition(":")[0]) or _("Given back"))


def state(row: Row) -> str:
    """How the withdrawal that the movement belongs to stands today; empty for any other."""
    return str(STATES[row.withdrawal.state]) if row.withdrawal else ""


def described(row: Row) -> dict[str, object]:
    """For a template."""
    return {"row": row, "kind": kind(row), "state": state(row)}
