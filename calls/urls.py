"""Every page of the calls."""

from django.urls import path

from calls.conversations import views as conversations
from calls.echo import views as echo
from calls.metering import views as metering
from calls.orders import views as orders
from calls.rooms import views as rooms

urlpatterns = [
    path("r/<slug:code>/", rooms.room, name="room"),
    path("r/<slug:code>/seat", rooms.seat, name="seat"),
    path("calls/<int:call_id>/", rooms.receipt, name="receipt"),
    path("calls/<int:call_id>/contest/<str:reference>/", metering.contest, name="contest"),
    path("calls/<int:call_id>/chat/delete/", rooms.erase_chat, name="erase_chat"),
    path("calls/<int:call_id>/receipt.pdf", rooms.receipt_pdf, name="receipt_pdf"),
    path("staff/receipts/<str:reference>.pdf", rooms.staff_receipt, name="staff_receipt_pdf"),
    path("calls/<int:call_id>/give-back/<str:reference>/", metering.give_back, name="give_back"),
    path("calls/<int:call_id>/tip/", metering.tip, name="tip"),
    path("me/test-call/", echo.test_call, name="test_call"),
    path("me/test-call/answer/", echo.answer, name="test_call_answer"),
    path("me/test-call/through/", echo.through, name="test_call_through"),
    path("orders/<int:order_id>/", orders.order, name="order"),
    path("orders/<int:order_id>/deliver/", orders.deliver, name="order_deliver"),
    path("orders/<int:order_id>/confirm/", orders.confirm, name="order_confirm"),
    path("orders/<int:order_id>/object/", orders.object_to, name="order_object"),
    path("orders/<int:order_id>/contest/", orders.contest, name="order_contest"),
    path("orders/<int:order_id>/give-back/", orders.give_back, name="order_give_back"),
    path("orders/<int:order_id>/cancel/", orders.cancel, name="order_cancel"),
    path("experts/<slug:slug>/message/", conversations.leave_message, name="leave_message"),
]
