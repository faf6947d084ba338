"""The back office of the catalogue: dense tables. Money has pages of its own and is never edited here."""

from django.contrib import admin

from marketplace.models import Category, Listing, Presence, Profile, User


class ReadOnlyInline(admin.TabularInline):
    extra = 0

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Passwords are changed by their owner alone; rights only by a superuser."""

    list_display = ("name", "email", "is_active", "is_staff", "date_joined")
    list_filter = ("is_active", "is_staff")
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

    def get_readonly_fields(self, request, obj=None):
        own_or_rights = () if request.user.is_superuser else ("is_staff", "is_superuser", "is_active")
        return ("name", "email", "last_login", "date_joined", *own_or_rights)

    def has_add_permission(self, request) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):
    list_display = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}


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

    def has_add_permission(self, request) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Presence)
class PresenceAdmin(admin.ModelAdmin):
    list_display = ("user", "state", "chosen_away", "in_call")
    list_filter = ("state",)
    list_select_related = ("user",)

    def has_add_permission(self, request) -> bool:
        return False

    has_delete_permission = has_change_permission = lambda self, request, obj=None: False
