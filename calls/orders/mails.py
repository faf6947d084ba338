"""What both people of an order are told, and when."""

from datetime import datetime

from django.conf import settings

from calls.orders.models import WorkOrder
from payouts.mail import services as mail


def tell_both(order: WorkOrder, event: str, *, now: datetime) -> None:
    for member, other, role in ((order.payer, order.expert, "payer"), (order.expert, order.payer, "expert")):
        facts: dict[str, mail.Fact] = {
            "event": event,
            "role": role,
            "order": order.pk,
            "label": order.label,
            "price": order.price,
            "paid": order.paid,
            "due_at": order.due_at,
            "other": other.name,
            "hours": settings.WORK_OBJECT_HOURS,
        }
        mail.enqueue(member=member, template="order", facts=facts, key=f"{order.reference}:{event}:{role}", now=now)
