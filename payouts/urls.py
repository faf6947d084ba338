"""Every page of the money."""

from django.conf import settings
from django.urls import include, path

from payouts.stripe import webhooks

urlpatterns: list = [
    path("webhooks/stripe/", webhooks.platform, name="stripe_webhook"),
    path("webhooks/stripe/connect/", webhooks.connect, name="stripe_connect_webhook"),
    path("webhooks/stripe/thin/", webhooks.thin, name="stripe_thin_webhook"),
]
if settings.STRIPE_SANDBOX:
    urlpatterns.append(path("sandbox/stripe/", include("payouts.sandbox.urls")))
