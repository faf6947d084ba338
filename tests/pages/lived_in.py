"""A site with a past, so that each of its pages has something to show: calls, orders, claims, reviews, papers, and one of each
thing that waits for staff. No worker may run beside it: it would do what waits."""

import json
from datetime import datetime, timedelta
from pathlib import Path

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from calls.conversations import chat
from calls.conversations import services as conversations
from calls.metering import services as metering
from calls.orders import services as orders
from calls.orders.models import WorkOrder
from calls.rooms.models import Call
from marketplace.experts import containers, greetings, hours, photos
from marketplace.experts import services as experts
from marketplace.experts.models import Profile
from marketplace.listings import services as listings
from marketplace.management.demo_data.builder import buy_credit
from marketplace.management.demo_data.people import EXPERTS
from marketplace.management.demo_data.portraits import portrait
from marketplace.reviews.models import Review
from payouts.claims import services as claims
from payouts.claims.models import Claim
from payouts.office import services as office
from payouts.safety import services as safety
from payouts.safety.models import Review as SafetyReview
from payouts.sandbox.services import pay_with_card
from payouts.statements.models import StatementMonth
from payouts.wallet import services as wallet
from payouts.wallet.models import TopUp
from payouts.withdrawals import services as withdrawals
from tests import cast
from tests.calls.metering.world import Story
from tests.calls.orders.world import accept, deliver, offer
from tests.marketplace.experts.recordings import webm
from tests.marketplace.reviews import world as reviewing
from tests.payouts.cards.wallet_cards import fill_up_from, save_card
from tests.payouts.purse import charge, eur, give_credit, give_promo
from tests.payouts.staff import test_door as office_world
from tests.payouts.statements.test_invoices import issue
from tests.payouts.stripe.story import HOME, connect, open_top_up

ASKS_ITS_OWNER = "4000002760003184"
MONTH_AGO, YESTERDAY = timedelta(days=40), timedelta(days=1)


def a_credential() -> dict:
    """As a browser sends it when a passkey is made."""
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT
    key = ES256({1: 2, 3: -7, -1: 1, -2: b"x" * 32, -3: b"y" * 32})
    made = AuthenticatorData.create(b"r" * 32, flags, 0, AttestedCredentialData.create(b"a" * 16, b"an id", key))
    client_data = json.dumps({"type": "webauthn.create", "challenge": "", "origin": "http://127.0.0.1"}).encode()
    response = {
        "clientDataJSON": websafe_encode(client_data),
        "attestationObject": websafe_encode(AttestationObject.create("none", made, {})),
    }
    return {
        "id": websafe_encode(b"an id"),
        "rawId": websafe_encode(b"an id"),
        "type": "public-key",
        "response": response,
    }


class Lived:
    """Alice has called bob three times: long ago, which she reviewed; yesterday, with an order; and just now, which she
    contests. Eve and others have done what staff must look at."""

    def __init__(self) -> None:
        self.now = timezone.now()
        self.alice, self.bob, self.eve, self.sam = cast.alice(), cast.bob(), cast.eve(), cast.sam()
        self.advance = office_world.owed_by(cast.member("Dora"), self.now)  # first, for it lets all earnings mature
        self.profile = self.bobs_page()
        buy_credit(self.alice, 40_000, now=self.now - MONTH_AGO)
        fill_up_from(save_card(self.alice, now=self.now), now=self.now)
        self.long_ago = self.talk(self.now - MONTH_AGO)
        self.order = self.order_a_letter(self.now - YESTERDAY)
        self.contested_order = self.order_a_letter(self.now - YESTERDAY / 2)
        self.yesterday = self.talk(self.now - YESTERDAY / 3)
        self.today = self.talk(self.now - timedelta(hours=2))
        self.claim = self.contest(self.today)
        self.reviews()
        self.money()
        self.at_stripe()
        self.passkeys()
        self.a_mail()
        self.what_waits_for_staff()

    # --- two people ---

    def bobs_page(self) -> Profile:
        profile = self.bob.profile
        photos.keep_photo(profile=profile, image=portrait(EXPERTS[0].look))
        greetings.keep_greeting(profile=profile, words="Hello, I am Bob.", media=containers.read(webm()))
        week = hours.checked([hours.read_day("9:00-12:00, 14:00-18:00", 0)] * 5 + [[], []], "Europe/Paris")
        experts.choose_weekly_hours(user=self.bob, week=week, now=self.now)
        self.work = listings.add_work(
            profile=profile, title="A letter", description="To the office.", delivery_days=5, price_minor=4_000
        )
        conversations.leave_message(sender=self.eve, recipient=self.bob, text="Are you there on Friday?", now=self.now)
        return profile

    def called(self, then: datetime) -> Story:
        story = Story(credit=0)
        story.now = then
        moments = {"rang_at": then, "ring_until": then, "answered_at": then, "started_at": then}
        Call.objects.filter(pk=story.call.pk).update(**moments)
        story.call.refresh_from_db()
        return story

    def talk(self, then: datetime) -> Story:
        """Ten minutes at 2.00, one of them paused, and a tip."""
        story = self.called(then)
        story.go_paid(cap=3_000).after(240)
        story.pause(story.alice)
        story.after(60).resume()
        story.after(360).back_to_free()
        chat.say(call_id=story.call.pk, author=self.alice, text="Thank you.", now=story.now)
        story.after(20).hang_up()
        return story

    def order_a_letter(self, then: datetime) -> WorkOrder:
        story = self.called(then)
        offer(story, self.work)
        order = accept(story)
        story.after(20).hang_up()
        deliver(story, order)
        return order

    def contest(self, story: Story) -> Claim:
        metering.contest(period=story.period, payer=self.alice, reason="He was not listening.", now=self.now)
        orders.confirm(order_id=self.order.pk, payer=self.alice, now=self.now)
        objection = {"payer": self.alice, "reason": "Half of it is missing.", "now": self.now}
        orders.object_to(order_id=self.contested_order.pk, **objection)
        claim = Claim.objects.earliest("pk")
        claims.answer(claim_id=claim.pk, expert=self.bob, text="I was.", now=self.now)
        return claim

    # --- what others say and do ---

    def reviews(self) -> None:
        metering.review(payer=self.alice, expert=self.bob, stars=4, text="Plain words.", seen=0, now=self.now)
        self.review = Review.objects.get(writer=self.alice)
        reviewing.reply(self.review, now=self.now)
        reviewing.report(self.review, self.eve, now=self.now)
        insult = reviewing.write(self.eve, self.bob, 1, "An insult.", now=self.now)
        self.removal = reviewing.remove(insult, self.sam, now=self.now)
        self.taken_down = insult

    def money(self) -> None:
        self.top_up = open_top_up(self.alice, 2_000, now=self.now)
        wallet.set_monthly_limit(member=self.alice, limit=eur(20_000), now=self.now)
        give_promo(self.alice, 500, self.now)
        cast.second_factor(self.bob)
        connect(self.bob, now=self.now)
        issue(self.now)

    def at_stripe(self) -> None:
        """Pages of the sandbox that stand open, each at the address that was given for it."""
        asks = open_top_up(self.eve, 2_000, now=self.now)
        again = {"return_url": HOME, "refresh_url": HOME, "country": "FR", "now": self.now}
        self.links = {
            "sandbox_pay": reverse("sandbox_pay", args=[self.top_up.stripe_session]),
            "sandbox_prove": pay_with_card(session_id=asks.stripe_session, number=ASKS_ITS_OWNER),
            "sandbox_onboard": withdrawals.connect(expert=cast.expert("Ines Blanc"), **again),
            "sandbox_express": withdrawals.dashboard(expert=self.bob, now=self.now),
        }

    def a_mail(self) -> None:
        """As the demo keeps them."""
        folder = Path(settings.EMAIL_FILE_PATH)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "20260302-090000-1.log").write_text("Subject: Hello\nTo: alice@example.test\n\nHello.\n")

    def passkeys(self) -> None:
        """Kim has one that no browser knows, and bob has recovery codes."""
        RecoveryCodes.activate(self.bob)
        self.kim = cast.member("Kim")
        data = {"name": "A key", "credential": a_credential()}
        self.passkey = Authenticator.objects.create(user=self.kim, type=Authenticator.Type.WEBAUTHN, data=data)

    def what_waits_for_staff(self) -> None:
        now = self.now
        payer, friend = cast.member("Gwen"), cast.member("Hal")
        for member in (payer, friend):
            safety.saw(member=member, now=now, card="a_card")
        give_credit(payer, 5_100, now)
        charge(payer, friend, 5_100, now, reference="period:901")
        self.safety_review = SafetyReview.objects.get()
        self.fraud = office_world.found_to_be_fraud(now, "period:902")
        safety.freeze(member=friend, reason="bank", key="bank:1:2", now=now)
        self.task = office.open_task(kind="suspense", key="txn_1:suspense", text="Look.", now=now)
        self.dispute = office_world.dispute_of("period:901", "needs_response", now)
        office_world.lost_dispute(now)
        self.refund = office_world.refused_refund(now)
        self.warning = office_world.warned(now)
        office_world.event(now, error="Stripe was away.")
        office_world.given_up(now)
        self.top_up_failed = TopUp.objects.create(
            member=self.alice, amount_minor=2_000, currency="EUR", state=TopUp.State.FAILED, made_at=now
        )

    # --- what stands in addresses ---

    def known(self) -> dict[str, object]:
        """By the name of the parameter."""
        return {
            "code": self.yesterday.call.room.code,
            "call_id": self.yesterday.call.pk,
            "reference": f"period:{self.yesterday.period_id}",
            "review_id": self.review.pk,
            "removal_id": self.removal.pk,
            "member_id": self.bob.pk,
            "order_id": self.order.pk,
            "top_up_id": self.top_up.pk,
            "claim_id": self.claim.pk,
            "task_id": self.task.pk,
            "dispute_id": self.dispute.pk,
            "refund_id": self.refund.pk,
            "advance_id": self.advance,
            "month": StatementMonth.objects.filter(expert=self.bob).earliest("month").month,
            "act_id": cast.act_of(self.bob).pk,
            "work_id": self.work.pk,
            "pk": self.passkey.pk,
            "name": "20260302-090000-1.log-0",
        }

    def known_of(self, name: str) -> dict[str, object]:
        """What it is for the page of this name alone."""
        return {
            "staff_review": {"review_id": self.safety_review.pk},
            "staff_review_give_back": {"review_id": self.fraud},
            "contest_review": {"review_id": self.taken_down.pk},
            "top_up_again": {"top_up_id": self.top_up_failed.pk},
            "staff_expert_review": {"review_id": self.taken_down.pk},
        }.get(name, {})
