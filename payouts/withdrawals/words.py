"""How the state of a withdrawal is called (models.Withdrawal.State)."""

from django.utils.translation import gettext_lazy as _

STATES = {
    "requested": _("requested"),
    "sent": _("sent"),
    "paid": _("paid"),
    "failing": _("failed, coming back"),
    "failed": _("failed"),
}
