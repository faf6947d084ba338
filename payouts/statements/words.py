"""What a movement is called on a statement."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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


def kind(row: Row) -> str:
    return str(KINDS.get(row.line.kind) or _("Other"))


def state(row: Row) -> str:
    """How the withdrawal that the movement belongs to stands today; empty for any other."""
    return str(STATES[row.withdrawal.state]) if row.withdrawal else ""


def described(row: Row) -> dict[str, object]:
    """For a template."""
    return {"row": row, "kind": kind(row), "state": state(row)}
