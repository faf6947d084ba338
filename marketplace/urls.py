"""The front door of the site: each app brings its own table of addresses."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

# Staff sign in where everybody does: the same rate limits, and no second door.
admin.site.login = secure_admin_login(admin.site.login)

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("marketplace.pages.urls")),
    path("", include("calls.urls")),
    path("", include("payouts.urls")),
]
