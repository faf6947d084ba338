"""Every page of the money."""

from django.conf import settings
from django.urls import include, path, register_converter

from payouts.cards import views as cards
from payouts.claims import views as claims
from payouts.disputes import views as disputes
from payouts.earnings import views as earnings
from payouts.refunds import views as refunds
from payouts.statements import views as statements
from payouts.stripe import webhooks
from payouts.wallet import return_views as back
from payouts.wallet import views as wallet
from payouts.withdrawals import views as withdrawals

register_converter(statements.MonthConverter, "month")
urlpatterns: list = [
    path("wallet/", wallet.show, name="wallet"),
    path("wallet/limit/", wallet.set_limit, name="monthly_limit"),
    path("wallet/top-up/", wallet.top_up, name="top_up"),
    path("wallet/top-up/form/", wallet.card_form, name="card_form"),
    path("wallet/top-up/<int:top_up_id>/return/", back.top_up_return, name="top_up_return"),
    path("wallet/top-up/<int:top_up_id>/again/", wallet.top_up_again, name="top_up_again"),
    path("wallet/cards/<int:card_id>/remove/", cards.remove, name="remove_card"),
    path("wallet/automatic/", cards.switch_on, name="auto_top_up"),
    path("wallet/automatic/off/", cards.switch_off, name="auto_top_up_off"),
    path("wallet/refund/", refunds.refund, name="refund_credit"),
    path(
        "wallet/top-ups/<int:number>.pdf",
        statements.credit_pdf,
        {"kind": "top_up", "about": "topup"},
        name="top_up_pdf",
    ),
    path(
        "wallet/refunds/<int:number>.pdf",
        statements.credit_pdf,
        {"kind": "refund", "about": "refund"},
        name="refund_pdf",
    ),
    path("receipts/credit-notes/<int:paper_id>.pdf", statements.credit_note_pdf, name="receipt_note_pdf"),
    path("earnings/", earnings.show, name="earnings"),
    path("earnings/tax/", earnings.tax, name="earnings_tax"),
    path("earnings/bank/", withdrawals.connect_bank, name="connect_bank"),
    path("earnings/bank/dashboard/", withdrawals.bank_dashboard, name="bank_dashboard"),
    path("earnings/bank/return/", withdrawals.connect_bank_return, name="connect_bank_return"),
    path("earnings/withdraw/", withdrawals.withdraw, name="withdraw"),
    path("earnings/statements/", statements.index, name="statements"),
    path("earnings/statements/<month:month>/", statements.show, name="statement"),
    path(
        "earnings/statements/<month:month>/invoice.pdf", statements.invoice_pdf, {"kind": "invoice"}, name="invoice_pdf"
    ),
    path(
        "earnings/statements/<month:month>/credit-note.pdf",
        statements.invoice_pdf,
        {"kind": "credit_note"},
        name="credit_note_pdf",
    ),
    path("earnings/statements/<month:month>.pdf", statements.as_pdf, name="statement_pdf"),
    path("earnings/statements/<month:month>.csv", statements.as_csv, name="statement_csv"),
    path("claims/<int:claim_id>/answer/", claims.answer, name="answer_claim"),
    path("claims/<int:claim_id>/take-back/", claims.take_back, name="take_back_claim"),
    path("staff/", include("payouts.staff.urls")),
    path("staff/claims/", claims.for_staff, name="staff_claims"),
    path("staff/claims/<int:claim_id>/", claims.for_staff_one, name="staff_claim"),
    path("staff/disputes/", disputes.for_staff, name="staff_disputes"),
    path("staff/disputes/<int:dispute_id>/", disputes.for_staff_one, name="staff_dispute"),
    *(
        path(f"staff/disputes/<int:dispute_id>/{deed}/", disputes.act, {"deed": deed}, name=f"staff_dispute_{deed}")
        for deed in disputes.DEEDS
    ),
]
# For Stripe.
wordless = [
    path("webhooks/stripe/", webhooks.platform, name="stripe_webhook"),
    path("webhooks/stripe/connect/", webhooks.connect, name="stripe_connect_webhook"),
    path("webhooks/stripe/thin/", webhooks.thin, name="stripe_thin_webhook"),
]
if settings.STRIPE_SANDBOX:
    urlpatterns.append(path("sandbox/stripe/", include("payouts.sandbox.urls")))
