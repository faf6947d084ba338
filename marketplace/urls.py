"""The front door of the site: each app brings its own table of addresses."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("marketplace.pages.urls")),
    path("", include("calls.urls")),
    path("", include("payouts.urls")),
]
