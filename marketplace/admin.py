"""The back office of the catalogue: dense tables. Money has pages of its own and is never edited here."""

from allauth.account import admin as _account_pages  # noqa: F401 (registers what is taken off below)
from allauth.account.models import EmailAddress
from allauth.mfa import admin as _factor_pages  # noqa: F401
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.db import transaction
from django.utils import timezone

from marketplace.listings import kinds
from marketplace.models import Category, Listing, Presence, Profile, SponsoredCard, User
from payouts.office import services as office
from payouts.safety import services as safety

# An address is changed by its owner alone: its page would do it without a freeze, and without a word to the old one.
admin.site.unregister([EmailAddress, Authenticator])
RIGHTS = ("is_staff", "is_superuser", "is_active")


class ReadOnlyInline(admin.TabularInline):
    extra = 0

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Passwords are changed by their owner alone; rights only by a superuser."""

    list_display = ("name", "email", "is_guest", "is_active", "is_staff", "date_joined")
    list_filter = ("is_guest", "is_active", "is_staff")
    search_fields = ("name", "email")
    ordering = ("-date_joined",)
    fields = (
        "name",
        "email",
        "language",
        "time_zone",
        "is_active",
        "is_staff",
        "is_superuser",
        "last_login",
        "date_joined",
    )

    @transaction.atomic
    def save_model(self, request, obj, form, change) -> None:
        """Who may do what is changed by nobody unseen."""
        rights = [
            f"{name}: {form.initial[name]} -> {getattr(obj, name)}" for name in RIGHTS if name in form.changed_data
        ]
        if rights:
            reason, now = ", ".join(rights), timezone.now()
            office.record(staff=request.user, act="rights.change", reference=f"user:{obj.pk}", reason=reason, now=now)
        super().save_model(request, obj, form, change)

    def get_readonly_fields(self, request, obj=None):
        own_or_rights = () if request.user.is_superuser else RIGHTS
        return ("name", "email", "last_login", "date_joined", *own_or_rights)

    def has_add_permission(self, request) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Authenticator)
class FactorAdmin(admin.ModelAdmin):
    """Of who lost their telephone a superuser takes the factor away: that freezes withdrawals, and the member hears of it.

    Nobody reads or writes what is in it.
    """

    list_display = fields = readonly_fields = ("user", "type", "created_at", "last_used_at")
    list_filter = ("type",)
    search_fields = ("user__email",)
    actions = None

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return request.user.is_superuser and (obj is None or obj.user_id != request.user.pk)

    @transaction.atomic
    def delete_model(self, request, obj) -> None:
        now, key = timezone.now(), f"factor:{obj.pk}:taken"
        office.record(staff=request.user, act="factor.take", reference=f"user:{obj.user_id}", reason=obj.type, now=now)
        safety.freeze(member=obj.user, reason="factor", key=key, now=now)
        super().delete_model(request, obj)
        left, codes = Authenticator.objects.filter(user=obj.user_id), Authenticator.Type.RECOVERY_CODES
        if not left.exclude(type=codes).exists():  # codes alone would still be asked for at each sign-in
            left.delete()


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):
    list_display = ("name", "name_fr", "parent", "slug", "kind", "sensitive", "commission_percent")
    list_filter = ("kind", "sensitive")
    list_select_related = ("parent",)
    prepopulated_fields = {"slug": ("name",)}

    @transaction.atomic
    def save_model(self, request, obj, form, change) -> None:
        """What may be sold where is changed by nobody unseen."""
        super().save_model(request, obj, form, change)
        if change and {"kind", "kind_note", "kind_note_fr"} & set(form.changed_data):
            kinds.changed(category=obj, before=form.initial["kind"], staff=request.user, now=timezone.now())


@admin.register(SponsoredCard)
class SponsoredCardAdmin(admin.ModelAdmin):
    list_display = ("sponsor", "title", "category", "language", "begins_at", "ends_at")
    list_filter = ("language", "category")
    list_select_related = ("category",)
    ordering = ("-ends_at",)


class ListingInline(ReadOnlyInline):
    model = Listing
    fields = ("kind", "title", "currency", "rate_minor", "price_minor", "length_minutes", "active")


@admin.register(Profile)
class ProfileAdmin(admin.ModelAdmin):
    list_display = ("user", "headline", "category", "place", "published_at")
    list_filter = ("category",)
    search_fields = ("slug", "headline", "user__name", "user__email")
    list_select_related = ("user", "category")
    readonly_fields = ("user", "slug", "headline", "bio", "category", "languages", "skills", "place", "photo")
    inlines = (ListingInline,)

    def get_queryset(self, request):
        """A draft is its owner's alone."""
        return super().get_queryset(request).exclude(published_at=None)

    def has_add_permission(self, request) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Presence)
class PresenceAdmin(admin.ModelAdmin):
    list_display = ("user", "state", "chosen", "in_call")
    list_filter = ("state",)
    list_select_related = ("user",)

    def has_add_permission(self, request) -> bool:
        return False

    has_delete_permission = has_change_permission = lambda self, request, obj=None: False
