"""The addresses of the back office."""

from django.urls import path

from payouts.staff import money_views, paper_views, tax_views, views

urlpatterns = [
    path("", views.home, name="staff_home"),
    path("tasks/", views.tasks, name="staff_tasks"),
    path("tasks/<int:task_id>/close/", views.close_task, name="staff_close_task"),
    path("tasks/<int:task_id>/send-back/", views.send_back, name="staff_send_back"),
    path("reviews/", views.reviews, name="staff_reviews"),
    path("reviews/<int:review_id>/", views.review, name="staff_review"),
    path("reviews/<int:review_id>/give-back/", views.review_give_back, name="staff_review_give_back"),
    path("advances/<int:advance_id>/", views.advance, name="staff_advance"),
    path("members/", views.members, name="staff_members"),
    path("members/<int:member_id>/money/", views.member_money, name="staff_member_money"),
    path("members/<int:member_id>/lift/", views.lift, name="staff_lift"),
    path("top-ups/", money_views.money_list, {"what": "top_ups"}, name="staff_top_ups"),
    path("refunds/", money_views.money_list, {"what": "refunds"}, name="staff_refunds"),
    path("refunds/<int:refund_id>/settle/", money_views.settle, name="staff_settle"),
    path("holds/", money_views.money_list, {"what": "holds"}, name="staff_holds"),
    path("withdrawals/", money_views.money_list, {"what": "withdrawals"}, name="staff_withdrawals"),
    path("promotional/", money_views.give, name="staff_give"),
    path("ledger/", views.ledger, name="staff_ledger"),
    path("events/", views.events, name="staff_events"),
    path("events/<int:event_id>/again/", views.event_again, name="staff_event_again"),
    path("outbox/", views.outbox_rows, name="staff_outbox"),
    path("outbox/<int:row_id>/again/", views.outbox_again, name="staff_outbox_again"),
    path("papers/", paper_views.search, name="staff_papers"),
    path("papers/<int:paper_id>.pdf", paper_views.paper_pdf, name="staff_paper_pdf"),
    path("members/<int:member_id>/papers/", paper_views.of_member, name="staff_member_papers"),
    path("statements/<int:month_id>.pdf", paper_views.statement_pdf, name="staff_statement_pdf"),
    path("tax/", tax_views.show, name="staff_tax"),
    path("tax/file/", tax_views.file, name="staff_tax_file"),
    path("audit/", views.audit, name="staff_audit"),
]
