"""Guests on the sockets: known by their session alone, and members on the next socket once they have an account."""

import pytest
from asgiref.sync import sync_to_async
from django.core.cache import cache
from django.test import Client

from calls.contacts import services as contacts
from calls.metering.models import Offer, PaidPeriod
from calls.rooms.models import Call, Room
from calls.signalling.errors import GUEST_TEXTS, TEXTS
from calls.waiting import services as waiting
from marketplace.accounts.models import User
from marketplace.experts import services as experts
from tests import cast
from tests.calls.signalling.test_matrix import NOBODYS
from tests.calls.signalling.wires import Refused, Wire, live_pair, page_of, room_of
from tests.calls.waiting import world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nobody_rang_from_here_before():
    cache.clear()


@pytest.fixture
def bob(bob) -> User:
    """Takes anyone, and has a page open."""
    experts.choose_who_may_ring(member=bob, who="anyone")
    return cast.online(bob)


def somebody_has_the_turn(waits: User, talks: User, bob: User, now) -> None:
    """They waited while bob talked, and he is free again."""
    cast.here(waits)
    call = world.talk(talks, bob, now)
    waiting.wait(member=waits, expert=bob, line="", now=now)
    world.hang_up(call, now)
    waiting.sweep(now=now)
    assert world.turn_of(bob) == waits


async def words_of(wire: Wire, code: str) -> str:
    return (await wire.hear("error", code=code))["text"]


def offer_of(call: Call) -> Offer:
    return Offer.objects.get(call=call)


class PageTests:
    async def test_a_guest_rings_and_cancels_as_members_do(self, carla, bob):
        hers, his = await page_of(carla), await page_of(bob)
        await hers.say("ring", expert=bob.id, line="About my lease")
        call = (await hers.hear("ring.ringing"))["call"]
        while not (incoming := (await his.hear("rings"))["incoming"]):
            pass
        assert [(ring["call"], ring["caller"]["guest"], ring["line"]) for ring in incoming] == [
            (call, True, "About my lease")
        ]
        await hers.say("ring.cancel", call=call)
        while (await hers.hear("rings"))["outgoing"]["state"] != "cancelled":
            pass

    async def test_the_hello_names_no_member(self, carla):
        wire = await Wire("/ws/page/", cookie=await sync_to_async(cookie)(carla)).open()
        assert (await wire.hear("hello"))["member"] is None
        await wire.hear("rings")

    async def test_who_takes_members_is_not_rung(self, carla, bob):
        await sync_to_async(experts.choose_who_may_ring)(member=bob, who="members")
        hers = await page_of(carla)
        await hers.say("ring", expert=bob.id, line="")
        assert await hers.error() == ("ring.members_only", "ring")

    async def test_guests_of_one_address_ring_only_so_often(self, carla, alice, bob, settings):
        settings.ACCOUNT_RATE_LIMITS = {"guest_ring": "2/h/ip"}
        clara = await sync_to_async(User.objects.create_guest)("Clara")
        for person in (carla, clara):
            wire = await page_of(person)
            await wire.say("ring", expert=NOBODYS, line="")
            assert await wire.error() == ("ring.not_an_expert", "ring")
        await wire.say("ring", expert=bob.id, line="")
        assert await wire.error() == ("ring.too_many", "ring")
        members = await page_of(alice)
        await members.say("ring", expert=bob.id, line="")
        await members.hear("ring.ringing")

    async def test_whose_turn_it_is_not_reads_how_one_waits_without_an_account(self, carla, alice, bob, eve, now):
        hers = await page_of(carla)
        await sync_to_async(somebody_has_the_turn)(eve, alice, bob, now)
        await hers.say("ring", expert=bob.id, line="")
        assert await words_of(hers, "ring.in_line") == (
            "Somebody who waited in line is first. Try again in a minute; with an account you can wait in line too."
        )

    async def test_who_blocked_bob_reads_where_that_is_taken_back(self, carla, bob, now):
        await sync_to_async(contacts.block)(member=carla, other=bob, now=now)
        hers = await page_of(carla)
        await hers.say("ring", expert=bob.id, line="")
        assert await words_of(hers, "ring.you_blocked") == (
            "You have blocked this person. Make an account, and you can take that back on My page."
        )

    async def test_a_member_reads_a_members_words(self, alice, bob, now):
        await sync_to_async(contacts.block)(member=alice, other=bob, now=now)
        hers = await page_of(alice)
        await hers.say("ring", expert=bob.id, line="")
        assert await words_of(hers, "ring.you_blocked") == (
            "You have blocked this person. You can take that back on My page."
        )

    @pytest.mark.parametrize("code", GUEST_TEXTS)
    def test_whatever_a_guest_is_told_names_the_account_it_takes(self, code):
        assert code in TEXTS
        assert "account" in str(GUEST_TEXTS[code])

    async def test_ringing_again_in_the_room_counts_too(self, carla, bob, now, settings):
        settings.ACCOUNT_RATE_LIMITS = {"guest_ring": "1/h/ip"}
        hers, _, _ = await live_pair(carla, bob, now)
        await hers.say("hangup")
        await hers.state(lambda state: state["can_ring"])
        for _ in range(2):
            await hers.say("ring")
        assert await hers.error() == ("ring.too_many", "ring")


class RoomTests:
    async def test_only_the_rooms_own_guest_comes_in(self, carla, bob, now):
        _, _, call = await live_pair(carla, bob, now)
        for other in (await sync_to_async(User.objects.create_guest)("Clara"), None):
            with pytest.raises(Refused):
                await room_of(other, call.room.code)

    async def test_a_guest_has_credentials_for_the_relay(self, carla, bob, now, settings):
        settings.TURN_URLS, settings.TURN_SECRET = ["turn:turn.example.test"], "secret"
        hers, _, _ = await live_pair(carla, bob, now)
        await hers.say("join", page="hers")
        state = await hers.state(lambda state: state.get("ice"))
        assert state["ice"][0]["username"].endswith(f":{carla.pk}")

    async def test_both_chat_and_the_guest_deletes_it(self, carla, bob, now):
        hers, his, _ = await live_pair(carla, bob, now)
        await hers.say("chat", text="Hello")
        assert (await his.hear("chat"))["by"] == carla.pk
        await hers.say("chat.erase")
        assert (await his.hear("chat.begin", lines=0))["lines"] == 0

    async def test_a_forgotten_guest_is_out(self, carla, bob, now):
        hers, _, _ = await live_pair(carla, bob, now)
        await sync_to_async(User.objects.filter(pk=carla.pk).update)(is_active=False)
        await hers.say("chat", text="Hello")
        assert await hers.closed() == 4003


class PayingTests:
    """Over the socket, with an offer open."""

    async def offered(self, carla, bob, now):
        hers, his, call = await live_pair(carla, bob, now)
        await his.say("offer.send", listing=(await sync_to_async(cast.rate_of)(bob)).pk)
        await hers.state(lambda state: state["offer"])
        return hers, his, call, (await sync_to_async(offer_of)(call)).pk

    async def test_a_guest_neither_accepts_nor_adds_credit(self, carla, bob, now, settings):
        settings.ACCEPT_INERT_S = 0
        hers, _, call, offer = await self.offered(carla, bob, now)
        await hers.say("offer.accept", offer=offer, cap_minor=400)
        assert await hers.error() == ("guest", "offer.accept")
        await hers.say("offer.adding_credit", offer=offer)
        assert await hers.error() == ("guest", "offer.adding_credit")
        assert (await sync_to_async(offer_of)(call)).state == "open"
        assert not await PaidPeriod.objects.aexists()

    async def test_while_the_account_is_made_the_expert_reads_so(self, carla, bob, now):
        hers, his, _, offer = await self.offered(carla, bob, now)
        await hers.say("offer.making_account", offer=offer)
        await his.state(lambda state: (state["offer"] or {}).get("state") == "making_account")

    async def test_with_the_account_the_old_socket_ends_and_the_next_is_a_members_in_the_same_seat(
        self, carla, bob, now, settings
    ):
        settings.ACCEPT_INERT_S = 0
        hers, his, call, offer = await self.offered(carla, bob, now)
        await hers.say("offer.making_account", offer=offer)
        await his.state(lambda state: (state["offer"] or {}).get("state") == "making_account")
        await sync_to_async(cast.make_account)(carla)
        await hers.say("join", page="hers")
        assert await hers.closed() == 4003
        member = await sync_to_async(User.objects.get)(pk=carla.pk)
        again = await room_of(member, call.room.code)
        await again.say("join", page="hers")
        state = await again.state(lambda state: state["you"]["joined"])
        assert (state["you"]["guest"], state["offer"]["needs_credit"], state["call"]["state"]) == (False, True, "live")
        state = await his.state(lambda state: not state["other"]["guest"] and state["other"]["present"])
        assert state["offer"]["state"] == "adding_credit"
        await again.say("offer.adding_credit", offer=offer)
        await again.say("offer.accept", offer=offer, cap_minor=400)
        assert await again.error() == ("offer.insufficient_credit", "offer.accept")


class SignInTests:
    async def test_who_signs_in_as_somebody_else_leaves_the_call(self, carla, alice, bob, now):
        client = await sync_to_async(cast.browser_of)(carla)
        _, _, call = await live_pair(carla, bob, now)
        hers = await Wire(f"/ws/room/{call.room.code}/", cookie=client.cookies["sessionid"].value).open()
        await hers.hear("state")
        await sync_to_async(sign_in)(client, alice)
        await hers.say("join", page="hers")
        assert await hers.closed() == 4003
        with pytest.raises(Refused):
            await room_of(alice, call.room.code)
        assert (await sync_to_async(Room.objects.get)()).caller_id == carla.pk

    @pytest.mark.parametrize("leaves", ["signs in", "starts anew"])
    async def test_a_guests_socket_ends_at_the_next_ping_too(self, carla, alice, settings, leaves):
        settings.SOCKET_PING_S = 0.1
        client = await sync_to_async(cast.browser_of)(carla)
        page = await page_of(carla, cookie=client.cookies["sessionid"].value)
        await page.hear("ping")
        await page.say("pong")
        if leaves == "signs in":
            await sync_to_async(sign_in)(client, alice)
        else:
            await sync_to_async(client.post)("/guest/start-anew/")
        assert await page.closed() == 4003


def sign_in(client: Client, member: User) -> None:
    answer = client.post("/accounts/login/", {"login": member.email, "password": cast.PASSWORD})
    assert answer.status_code == 302


def cookie(guest: User) -> str:
    return cast.browser_of(guest).cookies["sessionid"].value
