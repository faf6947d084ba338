"""The back office of the calls: times, sums and states, to read. Words (lines, messages) are not for staff to browse,
but those of a report are written to them."""

from django.contrib import admin

from calls.models import Call, Offer, PaidPeriod, Process, Report, StoredTime, WorkOrder


class ReadOnly(admin.ModelAdmin):
    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Call)
class CallAdmin(ReadOnly):
    list_display = ("id", "caller", "expert", "state", "rang_at", "started_at", "ended_at", "end_reason")
    list_filter = ("state", "end_reason")
    list_select_related = ("caller", "expert")
    search_fields = ("=id", "caller__email", "expert__email")
    date_hierarchy = "rang_at"
    ordering = ("-id",)
    exclude = ("line", "room")  # the room's code opens the room


@admin.register(Offer)
class OfferAdmin(ReadOnly):
    list_display = ("id", "call", "payer", "expert", "kind", "state", "sent_at", "closed_at")
    list_filter = ("state", "kind")
    list_select_related = ("call", "payer", "expert")
    search_fields = ("=id", "payer__email", "expert__email")
    ordering = ("-id",)


@admin.register(PaidPeriod)
class PaidPeriodAdmin(ReadOnly):
    list_display = (
        *("id", "call", "payer", "expert", "kind", "state", "counts_from", "ended_at", "end_reason"),
        *("billable_ms", "amount_minor", "commission_minor", "currency", "release_at"),
    )
    list_filter = ("state", "end_reason", "kind")
    list_select_related = ("call", "payer", "expert")
    search_fields = ("=id", "payer__email", "expert__email")
    ordering = ("-id",)


@admin.register(Report)
class ReportAdmin(ReadOnly):
    list_display = ("id", "call_id", "reporter", "about", "reported_at", "words")
    list_select_related = ("reporter", "about")
    search_fields = ("=id", "=call_id")
    ordering = ("-id",)


@admin.register(StoredTime)
class StoredTimeAdmin(ReadOnly):
    list_display = ("id", "payer", "expert", "length_ms", "price_minor", "returned_minor", "stored_at", "expires_at")
    list_select_related = ("payer", "expert")
    search_fields = ("=id", "payer__email", "expert__email")
    ordering = ("-id",)


@admin.register(WorkOrder)
class WorkOrderAdmin(ReadOnly):
    """Without its words: those are shown to staff where they decide (`/staff/claims/<id>/`)."""

    list_display = ("id", "payer", "expert", "state", "outcome", "price_minor", "ordered_at", "due_at", "closed_at")
    list_filter = ("state", "outcome")
    list_select_related = ("payer", "expert")
    search_fields = ("=id", "payer__email", "expert__email")
    exclude = ("description", "note")
    ordering = ("-id",)


@admin.register(Process)
class ProcessAdmin(ReadOnly):
    list_display = ("id", "started_at", "beat_at", "dead_at")
    ordering = ("-started_at",)
