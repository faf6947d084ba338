"""An act of work for 40.00 that bob offers alice in their call, and the buttons of an order."""

from calls.metering import services as metering
from calls.orders import services as orders
from calls.orders.models import WorkOrder

PRICE = 4_000
HELD = {"credit": 1_000, "held": PRICE, "earned": 0, "commission": 0}
PAID = {"credit": 1_000, "held": 0, "earned": 2_800, "commission": 1_200}
FREED = {"credit": 5_000, "held": 0, "earned": 0, "commission": 0}


def offer(story, work, **terms):
    story.offer = metering.send_offer(call=story.call, expert=story.bob, listing_id=work.pk, now=story.now, **terms)
    story.after(2)


def accept(story, price=PRICE):
    metering.accept(offer_id=story.offer.pk, payer=story.alice, cap_minor=price, now=story.now)
    return WorkOrder.objects.filter(offer=story.offer).first()


def deliver(story, order):
    orders.deliver(order_id=order.pk, expert=story.bob, note="https://example.test/letter", now=story.now)


def state_of(order):
    order.refresh_from_db()
    return order.state, order.outcome
