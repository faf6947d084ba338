"""*Ask now* as browsers do it: the asker on one page, the experts on theirs."""

import pytest
from asgiref.sync import sync_to_async

from calls.contacts import services as contacts
from calls.rooms.models import Ask
from marketplace.experts import services as experts
from tests import cast
from tests.calls.signalling.wires import page_of

pytestmark = pytest.mark.django_db(transaction=True)
ASK = {"category": "money", "line": "My lease ends"}


@pytest.fixture
def three(db):
    return [cast.expert(f"Expert{number} Test") for number in range(3)]


async def asked(wire, check) -> dict:
    """The next `asking` of which `check` holds."""
    while True:
        asking = (await wire.hear("rings"))["asking"]
        if asking and check(asking):
            return asking


class AskTests:
    async def test_rings_at_all_and_the_first_answer_silences_the_others(self, alice, three):
        hers, theirs = await page_of(alice), [await page_of(one) for one in three]
        await hers.say("ask", **ASK, max_rate_minor=200)
        told = await hers.hear("ask.ringing")
        assert told["rung"] == 3
        calls = []
        for page in theirs:
            (incoming,) = (await page.hear("rings"))["incoming"]
            assert (incoming["asked"], incoming["line"], incoming["caller"]["name"]) == (True, ASK["line"], alice.name)
            assert incoming["max_rate"] == "€2.00 per minute"
            assert incoming["room"] is None  # nine of ten would fetch it in vain
            calls.append(incoming["call"])
        await theirs[1].say("ring.answer", call=calls[1])
        room = (await theirs[1].hear("ring.answered"))["room"]
        for number in (0, 2):
            while (rings := await theirs[number].hear("rings"))["incoming"]:
                pass
            assert rings["taken"] == [calls[number]]
        answered = await asked(hers, lambda asking: asking["state"] == "answered")
        assert (answered["ask"], answered["room"], answered["expert"]["id"]) == (told["ask"], room, three[1].id)

    async def test_who_presses_answer_too_late_reads_why(self, alice, three):
        hers, theirs = await page_of(alice), [await page_of(one) for one in three]
        await hers.say("ask", **ASK)
        calls = [(await page.hear("rings"))["incoming"][0]["call"] for page in theirs]
        await theirs[0].say("ring.answer", call=calls[0])
        await theirs[0].hear("ring.answered")
        await theirs[1].say("ring.answer", call=calls[1])
        assert await theirs[1].error() == ("call.taken", "ring.answer")

    async def test_a_no_is_one_less_and_the_last_one_the_end(self, alice, three):
        hers, theirs = await page_of(alice), [await page_of(one) for one in three]
        await hers.say("ask", **ASK)
        await hers.hear("ask.ringing")
        for number, page in enumerate(theirs):
            await page.say("ring.decline", call=(await page.hear("rings"))["incoming"][0]["call"])
            left = 2 - number
            told = await asked(hers, lambda asking, left=left: asking["ringing"] == left)
        assert told["state"] == "missed"
        assert {one["id"] for one in told["others"]} == {one.id for one in three}

    async def test_cancelling_ends_all_of_it(self, alice, three):
        hers, theirs = await page_of(alice), [await page_of(one) for one in three]
        await hers.say("ask", **ASK)
        ask = (await hers.hear("ask.ringing"))["ask"]
        for page in theirs:
            await page.hear("rings")
        await hers.say("ask.cancel", ask=ask)
        for page in theirs:
            assert (await page.hear("rings"))["incoming"] == []
        assert (await asked(hers, lambda asking: asking["state"] != "ringing"))["state"] == "cancelled"
        await hers.say("ask.cancel", ask=ask)
        assert await hers.error() == ("call.over", "ask.cancel")

    async def test_it_is_nobody_elses_to_cancel(self, alice, eve, three):
        hers, strange, _his = await page_of(alice), await page_of(eve), await page_of(three[0])
        await hers.say("ask", **ASK)
        ask = (await hers.hear("ask.ringing"))["ask"]
        await strange.say("ask.cancel", ask=ask)
        assert await strange.error() == ("not_found", "ask.cancel")
        assert (await sync_to_async(Ask.objects.get)()).state == "ringing"
        assert await strange.hears_no("rings")

    async def test_of_whom_blocked_her_nothing_is_told(self, alice, three, now):
        hers, his = await page_of(alice), await page_of(three[0])
        await sync_to_async(contacts.block)(member=three[0], other=alice, now=now)
        await hers.say("ask", **ASK)
        assert await hers.error() == ("ask.nobody", "ask")
        assert await his.hears_no("rings")

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            ({"line": "x"}, "bad_field"),
            ({"category": "money"}, "bad_field"),
            ({**ASK, "line": "x" * 201}, "bad_field"),
            ({**ASK, "category": 7}, "bad_field"),
            ({**ASK, "category": "money\0"}, "bad_field"),
            ({**ASK, "max_rate_minor": 0}, "bad_field"),
            ({**ASK, "max_rate_minor": -1}, "bad_field"),
            ({**ASK, "max_rate_minor": "200"}, "bad_field"),
            ({**ASK, "max_rate_minor": 10_001}, "bad_field"),
            ({**ASK, "max_rate_minor": 2**31}, "bad_field"),
            ({**ASK, "max_rate_minor": 2**53 - 1}, "bad_field"),
            ({**ASK, "max_rate_minor": None}, "bad_field"),
            ({**ASK, "line": "   "}, "ask.empty"),
            ({**ASK, "category": "' OR 1=1"}, "ask.no_category"),
        ],
    )
    async def test_what_makes_no_sense_rings_nowhere(self, alice, three, wrong, code):
        hers, his = await page_of(alice), await page_of(three[0])
        await hers.say("ask", **wrong)
        assert await hers.error() == (code, "ask")
        assert await his.hears_no("rings")

    async def test_the_highest_rate_of_all_rings(self, alice, three):
        hers, _his = await page_of(alice), await page_of(three[0])
        await hers.say("ask", **ASK, max_rate_minor=10_000)
        assert (await hers.hear("ask.ringing"))["rung"] == 1


class GuestTests:
    async def test_a_guest_reaches_who_takes_anyone(self, carla, three):
        await sync_to_async(experts.choose_who_may_ring)(member=three[0], who="anyone")
        hers, his, other = await page_of(carla), await page_of(three[0]), await page_of(three[1])
        await hers.say("ask", **ASK)
        assert (await hers.hear("ask.ringing"))["rung"] == 1
        assert (await his.hear("rings"))["incoming"][0]["caller"]["guest"]
        assert await other.hears_no("rings")

    async def test_an_ask_counts_as_a_ring_of_guests_of_that_address(self, carla, three, settings):
        settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "guest_ring": "1/h/ip"}
        hers = await page_of(carla)
        for code in ("ask.nobody", "ring.too_many"):
            await hers.say("ask", **ASK)
            assert await hers.error() == (code, "ask")
