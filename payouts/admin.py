"""The back office of the money: everything to look at, nothing to change. What moves money is a service, never a form here."""

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payouts.cards.models import AutoTopUp, CardPayment, SavedCard
from payouts.claims.models import Claim, GiveBack, HeldCharge
from payouts.disputes.models import Dispute, Participation
from payouts.earnings.models import Earning, Tip
from payouts.ledger.models import Account, Entry, Posting
from payouts.office.models import AuditRecord, StaffTask
from payouts.outbox.models import OutboxRow
from payouts.reconciliation.models import ReconciliationRun, StripeMovement
from payouts.refunds.models import Refund
from payouts.staff import services as staff
from payouts.stripe.models import StripeEvent
from payouts.wallet.models import CreditLot, Decline, Hold, TopUp
from payouts.withdrawals.models import BankConnection, Withdrawal


class LookOnly:
    """Staff with the right to view may look; nobody adds, changes or deletes."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class PostingLines(LookOnly, admin.TabularInline):
    model = Posting
    fields = ["debit", "credit", "amount_minor", "group"]


@admin.register(Entry)
class EntryAdmin(LookOnly, admin.ModelAdmin):
    list_display = ["key", "kind", "reference", "posted_at"]
    list_filter = ["kind"]
    search_fields = ["=key", "=reference"]
    inlines = [PostingLines]


@admin.register(Account)
class AccountAdmin(LookOnly, admin.ModelAdmin):
    list_display = ["kind", "owner", "currency", "balance_minor"]
    list_filter = ["kind", "currency"]
    search_fields = ["=owner"]


@admin.register(TopUp)
class TopUpAdmin(LookOnly, admin.ModelAdmin):
    list_display = ["id", "member", "amount", "way", "state", "stripe_session", "stripe_intent", "made_at", "paid_at"]
    list_filter = ["state", "way"]
    search_fields = ["=stripe_session", "=stripe_intent", "member__email"]


@admin.register(CardPayment)
class CardPaymentAdmin(LookOnly, admin.ModelAdmin):
    list_display = ["top_up_id", "member", "card", "cause", "is_automatic", "is_open"]
    list_filter = ["is_automatic", "is_open"]
    search_fields = ["=cause", "member__email"]


@admin.register(AutoTopUp)
class AutoTopUpAdmin(LookOnly, admin.ModelAdmin):
    list_display = ["member", "card", "below", "amount", "is_on", "failures", "changed_at"]
    list_filter = ["is_on"]
    search_fields = ["member__email"]


@admin.register(SavedCard)
class SavedCardAdmin(LookOnly, admin.ModelAdmin):
    list_display = ["member", "__str__", "expiry", "saved_at", "removed_at"]
    search_fields = ["=stripe_method", "=fingerprint", "member__email"]


@admin.register(Decline)
class DeclineAdmin(LookOnly, admin.ModelAdmin):
    list_display = ["stripe_charge", "member", "declined_at"]
    search_fields = ["=stripe_charge", "member__email"]


@admin.register(CreditLot)
class CreditLotAdmin(LookOnly, admin.ModelAdmin):
    list_display = ["id", "kind", "top_up_id", "member", "amount_minor", "remaining_minor", "currency", "expires_at"]
    list_filter = ["kind"]
    search_fields = ["member__email"]


@admin.register(Hold)
class HoldAdmin(LookOnly, admin.ModelAdmin):
    list_display = ["key", "member", "amount", "captured_minor", "freed_minor", "is_open", "held_at"]
    list_filter = ["is_open"]
    search_fields = ["=reference", "member__email"]


@admin.register(Earning)
class EarningAdmin(LookOnly, admin.ModelAdmin):
    list_display = ["reference", "expert", "payer", "price", "amount", "release_at", "released_at"]
    search_fields = ["=reference", "expert__email", "payer__email"]


@admin.register(Tip)
class TipAdmin(LookOnly, admin.ModelAdmin):
    list_display = ["reference", "payer", "amount", "about", "sent_at"]
    search_fields = ["=about", "payer__email"]


@admin.register(Claim)
class ClaimAdmin(LookOnly, admin.ModelAdmin):
    list_display = ["id", "earning", "held", "state", "outcome", "claimed_at", "deadline_at", "closed_at"]
    list_filter = ["state", "outcome"]
    search_fields = ["=earning__reference", "=held__reference"]


@admin.register(HeldCharge)
class HeldChargeAdmin(LookOnly, admin.ModelAdmin):
    list_display = ["reference", "expert", "payer", "price", "freed", "settled_at"]
    search_fields = ["=reference", "expert__email", "payer__email"]


@admin.register(GiveBack)
class GiveBackAdmin(LookOnly, admin.ModelAdmin):
    list_display = ["id", "earning", "amount", "cause", "line", "made_at"]
    list_filter = ["cause"]
    search_fields = ["=earning__reference"]


@admin.register(Refund)
class RefundAdmin(LookOnly, admin.ModelAdmin):
    list_display = ["id", "member", "amount", "state", "origin", "stripe_refund", "failure_code", "requested_at"]
    list_filter = ["state", "origin"]
    search_fields = ["=stripe_refund", "member__email"]


@admin.register(Dispute)
class DisputeAdmin(LookOnly, admin.ModelAdmin):
    list_display = ["id", "member", "amount", "status", "reason", "due_by", "stripe_dispute", "opened_at"]
    list_filter = ["status"]
    search_fields = ["=stripe_dispute", "=stripe_charge", "member__email"]


@admin.register(Participation)
class ParticipationAdmin(LookOnly, admin.ModelAdmin):
    list_display = ["dispute", "expert", "found_by", "found_at"]
    search_fields = ["expert__email"]


@admin.register(Withdrawal)
class WithdrawalAdmin(LookOnly, admin.ModelAdmin):
    list_display = ["id", "expert", "amount", "state", "stripe_transfer", "stripe_payout", "requested_at"]
    list_filter = ["state"]
    search_fields = ["=stripe_transfer", "=stripe_payout", "expert__email"]


@admin.register(BankConnection)
class BankConnectionAdmin(LookOnly, admin.ModelAdmin):
    list_display = ["expert", "stripe_account", "transfers_status", "payouts_status", "checked_at"]
    search_fields = ["=stripe_account", "expert__email"]


@admin.register(OutboxRow)
class OutboxAdmin(LookOnly, admin.ModelAdmin):
    list_display = ["key", "action", "state", "attempts", "due_at", "error"]
    list_filter = ["state", "action"]
    search_fields = ["=key"]
    actions = ["try_again"]

    @admin.action(description=gettext_lazy("Try again what was given up"))
    def try_again(self, request: HttpRequest, queryset: QuerySet[OutboxRow]) -> None:
        count = staff.try_again(rows=queryset, staff=request.user, now=timezone.now())  # type: ignore[arg-type]
        messages.success(request, _("{count} will be tried again.").format(count=count))


@admin.register(StripeEvent)
class StripeEventAdmin(LookOnly, admin.ModelAdmin):
    list_display = ["event_id", "type", "endpoint", "received_at", "processed_at", "error"]
    list_filter = ["endpoint", "type"]
    search_fields = ["=event_id"]


@admin.register(StripeMovement)
class StripeMovementAdmin(LookOnly, admin.ModelAdmin):
    list_display = ["stripe_id", "type", "account", "net", "state", "entry_key", "made_at", "available_at"]
    list_filter = ["state", "type"]
    search_fields = ["=stripe_id", "=source", "=account", "=entry_key"]


@admin.register(ReconciliationRun)
class ReconciliationRunAdmin(LookOnly, admin.ModelAdmin):
    list_display = ["day", "claimed_at", "finished_at", "report"]


@admin.register(StaffTask)
class StaffTaskAdmin(LookOnly, admin.ModelAdmin):
    list_display = ["kind", "reference", "text", "opened_at", "closed_at", "closed_by"]
    list_filter = ["kind", ("closed_at", admin.EmptyFieldListFilter)]
    search_fields = ["=reference"]


@admin.register(AuditRecord)
class AuditAdmin(LookOnly, admin.ModelAdmin):
    list_display = ["done_at", "staff", "act", "reference", "reason"]
    list_filter = ["act"]
    search_fields = ["=reference", "staff__email"]
