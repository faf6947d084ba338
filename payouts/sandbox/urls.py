"""The pretended Stripe's pages; mounted by payouts.urls only when there is no key."""

from django.urls import path

from payouts.sandbox import views

urlpatterns = [
    path("c/pay/<slug:session_id>", views.pay, name="sandbox_pay"),
    path("3ds/<slug:intent_id>", views.prove, name="sandbox_prove"),
    path("onboard/<slug:account_id>", views.onboard, name="sandbox_onboard"),
    path("express/<slug:account_id>", views.express, name="sandbox_express"),
    path("operator/accounts/<slug:account_id>", views.operator_account, name="sandbox_operator_account"),
    path("operator/events/", views.operator_events, name="sandbox_operator_events"),
    path("operator/", views.operator, name="sandbox_operator"),
    path("operator/payouts/<slug:payout_id>", views.operator_payout, name="sandbox_operator_payout"),
    path("operator/objects/<slug:about>", views.operator_deed, name="sandbox_operator_deed"),
    path("operator/events/<int:delivery_id>", views.operator_event, name="sandbox_operator_event"),
]
