"""The front door of the site: each app brings its own table of addresses."""

from allauth.account.decorators import secure_admin_login
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

import marketplace.pages.urls
import payouts.urls
from marketplace.accounts.staff import may_enter_back_office
from payouts.second_factor import second_factor_required

# Staff sign in where everybody does: the same rate limits, and no second door. Without a second factor they get no further.
admin.site.login = secure_admin_login(second_factor_required(admin.site.login))
admin.site.has_permission = may_enter_back_office  # type: ignore[method-assign]

urlpatterns = [
    *marketplace.pages.urls.wordless,
    *payouts.urls.wordless,
    *i18n_patterns(
        path("", include("marketplace.pages.urls")),  # its sign-up before allauth's
        path("accounts/", include("allauth.urls")),
        path("admin/", admin.site.urls),
        path("", include("calls.urls")),
        path("", include("payouts.urls")),
        prefix_default_language=False,
    ),
]
