"""Amounts that are none, sent by a page of somebody's own making through the socket of a room."""

import json

import pytest
from asgiref.sync import sync_to_async

from calls.metering.models import CapRaise, Offer, PaidPeriod
from calls.signalling import messages
from payouts.ledger.models import Entry
from tests import cast
from tests.calls.metering.world import give_credit
from tests.calls.signalling.wires import Wire, live_pair

pytestmark = pytest.mark.django_db(transaction=True)
# As they stand in the frame.
NO_AMOUNTS = [
    "-1",
    "-1000",
    "1.5",
    "1e3",
    '"1000"',
    '"١٠٠٠"',
    '"１０００"',
    "true",
    "null",
    "NaN",
    "Infinity",
    "[]",
    str(2**53),
]
BORDERS = ["0", str(2**53 - 1)]
AMOUNTS = {"rate_minor", "price_minor", "cap_minor", "to_minor"}


@pytest.fixture(autouse=True)
def times(settings):
    settings.REPORT_SILENCE_S = 60
    settings.ACCEPT_INERT_S, settings.COUNTDOWN_S = 0, 0


def frames(amount: str) -> list[tuple[str, str]]:
    """Who sends it, and the frame: each message that tells an amount, with this one."""
    made = []
    for kind, message in messages.ROOM_MESSAGES.items():
        for name in AMOUNTS & (message.fields.keys() | message.optional.keys()):
            others = "".join(f', "{other}": 1' for other in message.fields if other != name)
            made.append((message.role, f'{{"type": "{kind}", "{name}": {amount}{others}}}'))
    return made


async def moves() -> tuple[int, ...]:
    tables = (Offer, PaidPeriod, CapRaise, Entry)
    return tuple([await sync_to_async(table.objects.count)() for table in tables])


class SocketTests:
    async def test_no_message_takes_what_is_no_amount(self, alice, bob, now):
        await sync_to_async(give_credit)(alice, 1_840)
        hers, his, _ = await live_pair(alice, bob, now)
        before = await moves()
        for amount in [*NO_AMOUNTS, *BORDERS]:
            for role, frame in frames(amount):
                wire = hers if role == "payer" else his
                await wire.send(frame)
                code, _ = await wire.error()
                assert code in {"bad_field", "bad_frame"} or amount in BORDERS, frame
        assert await moves() == before

    def test_every_message_with_an_amount_is_tried(self):
        assert len(frames("1")) == 6

    async def test_a_server_that_makes_numbers_of_what_it_gets_takes_them(self, alice, bob, now, monkeypatch):
        """The broken twin."""

        def make_numbers(fields: dict, _expected) -> None:
            for name in AMOUNTS & fields.keys():
                fields[name] = int(float(fields[name]))

        monkeypatch.setattr(messages, "check_fields", make_numbers)
        await sync_to_async(give_credit)(alice, 1_840)
        hers, his, _ = await live_pair(alice, bob, now)
        listing = (await sync_to_async(cast.rate_of)(bob)).pk
        await his.send(f'{{"type": "offer.send", "listing": {listing}, "rate_minor": "１５０"}}')
        offer = (await hers.state(lambda state: state["offer"]))["offer"]
        await self.accept(hers, offer["id"])
        await hers.state(lambda state: state["meter"]["period"])
        period = await sync_to_async(PaidPeriod.objects.get)()
        assert (period.rate_minor, period.cap_minor) == (150, 1_000)

    async def accept(self, wire: Wire, offer: int) -> None:
        await wire.send(json.dumps({"type": "offer.accept", "offer": offer, "cap_minor": "١٠٠٠"}, ensure_ascii=False))
