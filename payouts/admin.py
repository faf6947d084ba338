"""The back office of the money: everything to look at, nothing to change. What moves money is a service, never a form here."""

from secrets import token_urlsafe

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payouts.cards.models import AutoTopUp, CardPayment, SavedCard
from payouts.claims.models import Claim, GiveBack, HeldCharge
from payouts.disputes.models import Dispute, Participation
from payouts.earnings.models import Earning, Tip
from payouts.ledger import services as ledger
from payouts.ledger.models import Account, Entry, Posting
from payouts.money import BadAmount, Money
from payouts.office import services as office
from payouts.office.models import AuditRecord, StaffTask
from payouts.outbox.models import OutboxRow
from payouts.reconciliation.models import ReconciliationRun, StripeMovement
from payouts.refunds import services as refunds
from payouts.refunds.forms import SettleForm
from payouts.refunds.models import Refund
from payouts.staff import services as staff
from payouts.stripe.models import StripeEvent
from payouts.wallet import services as wallet
from payouts.wallet.forms import GrantForm
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
    change_list_template = "admin/payouts/credit_lots.html"
    list_display = ["id", "kind", "top_up_id", "member", "amount_minor", "remaining_minor", "currency", "expires_at"]
    list_filter = ["kind"]
    search_fields = ["member__email"]

    def get_urls(self) -> list[URLPattern]:
        give = path("give/", self.admin_site.admin_view(self.give), name="payouts_creditlot_give")
        return [give, *super().get_urls()]

    def give(self, request: HttpRequest) -> HttpResponse:
        """Promotional credit for a member: the one thing that is made here, by its service."""
        if not request.user.has_perm("payouts.add_creditlot"):
            raise PermissionDenied
        form = GrantForm(request.POST or None, initial={"token": token_urlsafe(24)})
        if request.method == "POST" and form.is_valid() and (lot := _given(request, form)):
            messages.success(request, _("{sum} given to {member}.").format(sum=lot.remaining, member=lot.member))
            return redirect("admin:payouts_creditlot_changelist")
        context = {**self.admin_site.each_context(request), "form": form, "title": _("Give promotional credit")}
        return render(request, "admin/payouts/give.html", context, status=422 if form.errors else 200)


def _given(request: HttpRequest, form: GrantForm) -> CreditLot | None:
    typed = form.cleaned_data
    try:
        return wallet.grant(
            staff=request.user,  # type: ignore[arg-type]
            member=typed["email"],
            amount=typed["amount"],
            reason=typed["reason"],
            expires_at=typed["last_day"],
            key=f"promo:{typed['token']}",
            now=timezone.now(),
        )
    except BadAmount:
        most = Money(settings.PROMO_MINOR_MAX, settings.CURRENCY)
        form.add_error("amount", _("Give more than nothing, and {most} at most.").format(most=most))
    except (wallet.GrantRefused, office.PartyToIt):
        form.add_error(None, _("The day must not have passed, and nobody gives to themself."))
    except ledger.KeyReused:
        form.add_error(None, _("This form was sent already, with something else in it. Open it again."))
    return None


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
    change_form_template = "admin/payouts/refund.html"
    list_display = ["id", "member", "amount", "state", "origin", "stripe_refund", "failure_code", "requested_at"]
    list_filter = ["state", "origin"]
    search_fields = ["=stripe_refund", "member__email"]

    def get_urls(self) -> list[URLPattern]:
        settle = path("<int:refund_id>/settle/", self.admin_site.admin_view(self.settle), name="payouts_refund_settle")
        return [settle, *super().get_urls()]

    def settle(self, request: HttpRequest, refund_id: int) -> HttpResponse:
        """What Stripe will never send, settled by hand with the member."""
        if not request.user.has_perm("payouts.change_refund"):
            raise PermissionDenied
        refund = get_object_or_404(
            Refund.objects.exclude(member=request.user.pk), pk=refund_id, state=Refund.State.REFUSED
        )
        form = SettleForm(request.POST or None)
        if request.method == "POST" and form.is_valid() and _settled(request, refund, form):
            messages.success(request, _("{refund} is settled.").format(refund=refund))
            return redirect("admin:payouts_refund_changelist")
        title = _("Settle {amount} with {member}").format(amount=refund.amount, member=refund.member)
        context = {**self.admin_site.each_context(request), "form": form, "title": title}
        return render(request, "admin/payouts/deed.html", context, status=422 if form.errors else 200)


def _settled(request: HttpRequest, refund: Refund, form: SettleForm) -> bool:
    typed = form.cleaned_data
    is_sent, now = typed["outcome"] == "sent", timezone.now()
    try:
        refunds.settle(
            refund_id=refund.pk,
            staff=request.user,  # type: ignore[arg-type]
            is_sent=is_sent,
            note=typed["note"],
            now=now,
        )
    except refunds.NotRefused:
        form.add_error(None, _("Somebody settled it just now."))
        return False
    return True


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
