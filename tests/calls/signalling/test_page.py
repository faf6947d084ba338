from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone
from django.utils.translation import override

from calls.contacts import services as contacts
from calls.metering.moments import to_ms
from calls.notices import services as notices
from calls.rooms.models import Call
from calls.signalling.errors import TEXTS
from calls.signalling.page import LEAVES_S
from marketplace.experts import services as experts
from marketplace.listings.models import Listing
from tests.calls.signalling.wires import page_of, room_of
from tests.payouts.purse import give_promo

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = f"{'0' * 64}:0:{'s' * 43}"  # stands for some


class VisitorTests:
    async def test_is_nobody_and_may_watch(self, bob):
        visitor = await page_of(None)
        await visitor.say("watch", experts=[bob.id, 4711])
        assert await visitor.hear("presence") == {
            "type": "presence",
            "experts": [{"expert": one, "state": "away", "back_at": None} for one in sorted([bob.id, 4711])],
        }

    @pytest.mark.parametrize("kind", ["ring.cancel", "ring.answer", "ring.decline"])
    async def test_cannot_press_what_rings(self, db, kind):
        visitor = await page_of(None)
        await visitor.say(kind, call=1)
        assert await visitor.error() == ("sign_in", kind)

    async def test_cannot_ring(self, bob):
        visitor = await page_of(None)
        await visitor.say("ring", expert=bob.id, line="")
        assert await visitor.error() == ("sign_in", "ring")


class LanguageTests:
    @pytest.mark.parametrize(
        ("asked", "account", "heard"),
        [
            ("?language=fr", "en", "fr"),
            ("?language=en", "fr", "en"),
            ("", "fr", "fr"),
            ("?language=de", "en", "en"),
            ("?language=%ff&language=fr", "en", "en"),
        ],
    )
    async def test_texts_are_in_the_language_of_the_page_else_of_the_account(self, alice, asked, account, heard):
        alice.language = account
        await alice.asave()
        page = await page_of(alice, asked=asked)
        await page.say("ring.cancel", call=4711)
        error = await page.hear("error")
        with override(heard):
            assert error["text"] == str(TEXTS[error["code"]])


class PresenceTests:
    async def test_an_open_page_makes_free_and_watchers_see_it(self, alice, bob):
        watching = await page_of(alice)
        await watching.say("watch", experts=[bob.id])
        await watching.sees(bob, "away")
        await page_of(bob)
        await watching.sees(bob, "free")

    async def test_who_sets_away_says_until_when(self, alice, bob):
        watching = await page_of(alice)
        await watching.say("watch", experts=[bob.id])
        await watching.hear("presence")
        now = timezone.now()
        until = now + timedelta(hours=1)
        await sync_to_async(experts.choose)(user=bob, chosen="away", until=until, now=now)
        await sync_to_async(notices.tell_watchers)(user_id=bob.id)
        assert await watching.hear("presence") == {
            "type": "presence",
            "experts": [{"expert": bob.id, "state": "away", "back_at": to_ms(until)}],
        }

    async def test_to_whom_bob_blocks_he_is_away_from_then_on(self, alice, eve, bob, now):
        await page_of(bob)
        hers, other = await page_of(alice), await page_of(eve)
        for watching in (hers, other):
            await watching.say("watch", experts=[bob.id])
            await watching.sees(bob, "free")
        await sync_to_async(contacts.block)(member=bob, other=alice, now=now)
        await hers.sees(bob, "away")
        await other.sees(bob, "free")
        await hers.say("watch", experts=[bob.id])
        await hers.sees(bob, "away")
        await sync_to_async(contacts.unblock)(member=bob, other_id=alice.id)
        await hers.sees(bob, "free")

    async def test_closing_the_last_page_makes_away_after_a_while(self, alice, bob, settings):
        settings.AWAY_AFTER_S = 0.1
        watching, first, second = await page_of(alice), await page_of(bob), await page_of(bob)
        await watching.say("watch", experts=[bob.id])
        await watching.sees(bob, "free")
        await first.hang()
        assert await watching.silent(0.4)
        await second.hang()
        await watching.sees(bob, "away")

    async def test_going_from_page_to_page_is_not_going(self, alice, bob, settings):
        settings.AWAY_AFTER_S = 1
        watching, page = await page_of(alice), await page_of(bob)
        await watching.say("watch", experts=[bob.id])
        await watching.sees(bob, "free")
        await page.hang()
        await page_of(bob, cookie=page.cookie)
        assert await watching.silent(1.5)

    async def test_who_is_not_watched_any_more_is_not_told(self, alice, bob):
        watching = await page_of(alice)
        await watching.say("watch", experts=[bob.id])
        await watching.hear("presence")
        await watching.say("watch", experts=[])
        await page_of(bob)
        assert await watching.silent(0.5)


class RingingTests:
    async def test_rings_on_every_page_and_the_first_answer_silences_the_others(self, alice, bob):
        hers, his, his_other = await page_of(alice), await page_of(bob), await page_of(bob)
        await hers.say("ring", expert=bob.id, line="My lease ends")
        ringing = await hers.hear("ring.ringing")
        for page in (his, his_other):
            (incoming,) = (await page.hear("rings"))["incoming"]
            assert (incoming["call"], incoming["line"]) == (ringing["call"], "My lease ends")
        await his.say("ring.answer", call=ringing["call"])
        assert await his.hear("ring.answered") == {"type": "ring.answered", **{k: ringing[k] for k in ("call", "room")}}
        assert (await his_other.hear("rings"))["incoming"] == []
        outgoing = (await hers.hear("rings"))["outgoing"]
        while outgoing["state"] == "ringing":
            outgoing = (await hers.hear("rings"))["outgoing"]
        assert (outgoing["state"], outgoing["room"]) == ("answered", ringing["room"])

    async def test_the_page_that_answered_goes_to_the_room_and_is_told_no_rings_before_it_would_be_gone(
        self, alice, bob
    ):
        hers, his = await page_of(alice), await page_of(bob)
        await hers.say("ring", expert=bob.id, line="")
        call = (await hers.hear("ring.ringing"))["call"]
        await his.hear("rings")
        await his.say("ring.answer", call=call)
        await his.hear("ring.answered")
        assert await his.hears_no("rings", seconds=LEAVES_S / 2)
        assert (await his.hear("rings"))["answered"] == [call]  # it stayed after all

    async def test_a_refused_answer_is_followed_by_the_rings_at_once(self, alice, bob):
        hers, his = await page_of(alice), await page_of(bob)
        await hers.say("ring", expert=bob.id, line="")
        call = (await hers.hear("ring.ringing"))["call"]
        await his.hear("rings")
        await sync_to_async(Call.objects.filter(id=call).update)(state="missed")
        await his.say("ring.answer", call=call)
        assert await his.error() == ("call.over", "ring.answer")
        his.patience_s = LEAVES_S / 2
        assert (await his.hear("rings"))["incoming"] == []

    async def test_a_second_answer_is_too_late(self, alice, bob):
        hers, his, his_other = await page_of(alice), await page_of(bob), await page_of(bob)
        await hers.say("ring", expert=bob.id, line="")
        call = (await hers.hear("ring.ringing"))["call"]
        await his.say("ring.answer", call=call)
        await his.hear("ring.answered")
        await his_other.say("ring.answer", call=call)
        assert await his_other.error() == ("call.over", "ring.answer")

    async def test_declining_and_cancelling_reach_the_other(self, alice, bob):
        hers, his = await page_of(alice), await page_of(bob)
        for presser, press, ended in ((his, "ring.decline", "declined"), (hers, "ring.cancel", "cancelled")):
            await hers.say("ring", expert=bob.id, line="")
            call = (await hers.hear("ring.ringing"))["call"]
            await his.hear("rings")
            await presser.say(press, call=call)
            while (rings := await hers.hear("rings"))["outgoing"]["state"] != ended:
                pass
            assert rings["outgoing"]["call"] == call
            assert (await his.hear("rings"))["incoming"] == []

    async def test_eve_can_press_nothing_of_theirs(self, alice, bob, eve):
        hers, _, strange = await page_of(alice), await page_of(bob), await page_of(eve)
        await hers.say("ring", expert=bob.id, line="")
        call = (await hers.hear("ring.ringing"))["call"]
        for kind in ("ring.cancel", "ring.answer", "ring.decline"):
            await strange.say(kind, call=call)
            assert await strange.error() == ("not_found", kind)
        for wire, kinds in ((hers, ("ring.answer", "ring.decline")),):
            for kind in kinds:
                await wire.say(kind, call=call)
                assert await wire.error() == ("not_found", kind)
        assert await sync_to_async(Call.objects.get)(state="ringing")
        assert await strange.silent()

    async def test_at_the_listed_rate_the_card_comes_first_and_paid_time_by_itself(self, alice, bob, now, settings):
        settings.ACCEPT_INERT_S = 0
        await sync_to_async(give_promo)(alice, 2_000, now)
        hers, his = await page_of(alice), await page_of(bob)
        await hers.say("ring.terms", expert=bob.id)
        shown = await hers.hear("ring.terms")
        assert (shown["expert"], shown["card"]["id"], shown["card"]["can_accept"]) == (bob.id, None, True)
        assert shown["card"]["text"][1].startswith("€2.00 per minute")
        await hers.say("ring", expert=bob.id, line="", agreed={"terms": shown["terms"], "cap_minor": 1_000})
        ringing = await hers.hear("ring.ringing")
        (incoming,) = (await his.hear("rings"))["incoming"]
        assert incoming["agreed_rate"] == "€2.00 per minute"
        await his.say("ring.answer", call=ringing["call"])
        await his.hear("ring.answered")
        in_the_room = [await room_of(person, ringing["room"]) for person in (alice, bob)]
        for wire in in_the_room:
            await wire.say("join")
        for wire in in_the_room:
            state = await wire.state(lambda state: state["meter"]["state"] == "countdown")
            assert (state["meter"]["cap_minor"], state["offer"]) == (1_000, None)

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"terms": WORDS}, "ring.terms_changed"),
            ({}, "offer.too_soon"),
            ({"cap_minor": 5_000}, "offer.cap_above_credit"),
        ],
    )
    async def test_what_was_not_on_the_card_does_not_ring(self, alice, bob, now, settings, change, code):
        settings.ACCEPT_INERT_S = 60 if code == "offer.too_soon" else 0
        await sync_to_async(give_promo)(alice, 2_000, now)
        hers, his = await page_of(alice), await page_of(bob)
        await hers.say("ring.terms", expert=bob.id)
        shown = await hers.hear("ring.terms")
        agreed = {"terms": shown["terms"], "cap_minor": 1_000, **change}
        await hers.say("ring", expert=bob.id, line="", agreed=agreed)
        assert await hers.error() == (code, "ring")
        assert not await sync_to_async(Call.objects.exists)()
        assert await his.hears_no("rings")

    @pytest.mark.parametrize(
        "agreed",
        [
            *["terms", None, [], {}, {"terms": WORDS}, {"terms": WORDS, "cap_minor": 1, "rate_minor": 1}],
            *[{"terms": terms, "cap_minor": 1} for terms in (WORDS[1:], WORDS.replace("0", "G"), WORDS + "\n", 1)],
            *[{"terms": WORDS, "cap_minor": cap} for cap in (-1, True, "1", 1.0, 2**53)],
        ],
    )
    async def test_an_agreement_of_the_wrong_shape_is_no_ring(self, alice, bob, agreed):
        hers, _ = await page_of(alice), await page_of(bob)
        await hers.say("ring", expert=bob.id, line="", agreed=agreed)
        assert await hers.error() == ("bad_field", "ring")

    async def test_who_has_no_rate_has_no_card(self, alice, bob):
        await sync_to_async(Listing.objects.filter(profile__user=bob).update)(active=False)
        hers = await page_of(alice)
        await hers.say("ring.terms", expert=bob.id)
        assert await hers.error() == ("offer.not_found", "ring.terms")

    @pytest.mark.parametrize("who", ["eve", "nobody"])
    async def test_nor_has_who_is_no_expert(self, alice, eve, who):
        hers = await page_of(alice)
        await hers.say("ring.terms", expert=eve.id if who == "eve" else 4711)
        assert await hers.error() == ("ring.not_an_expert", "ring.terms")

    @pytest.mark.parametrize("who", ["bob", "nobody"])
    async def test_a_ring_that_cannot_be_says_why(self, alice, bob, who):
        hers = await page_of(alice)
        await hers.say("ring", expert=bob.id if who == "bob" else 4711, line="")
        assert await hers.error() == ({"bob": "ring.away", "nobody": "ring.not_an_expert"}[who], "ring")

    async def test_an_expert_who_chose_away_is_not_rung(self, alice, bob):
        hers, _ = await page_of(alice), await page_of(bob)
        await sync_to_async(experts.choose)(user=bob, chosen="away", now=timezone.now())
        await hers.say("ring", expert=bob.id, line="")
        assert await hers.error() == ("ring.away", "ring")
