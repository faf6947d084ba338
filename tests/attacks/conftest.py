from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from payouts.claims import services as claims
from tests import cast
from tests.attacks.world import World
from tests.calls.metering.world import Story
from tests.payouts.cards.wallet_cards import save_card
from tests.payouts.purse import connect_bank, make_available


@pytest.fixture
def world(alice, bob, eve, sam, monkeypatch) -> World:
    make_available(bob, 5_000, cast.NOW - timedelta(days=60), payer=eve)
    connect_bank(bob)
    story = Story(credit=10_000)
    story.limit(20_000)
    story.go_paid().after(330)
    story.back_to_free()
    story.after(5).hang_up()
    monkeypatch.setattr(timezone, "now", lambda: story.now)
    words = {"reason": "He was not listening.", "evidence": [], "now": story.now}
    claim = claims.open_claim(payer=alice, reference=f"period:{story.period_id}", **words)
    claims.answer(claim_id=claim.pk, expert=bob, text="I was.", now=story.now)
    return World(story, save_card(alice, now=story.now), claim)


@pytest.fixture
def clients(alice, bob, eve, sam, signed_in) -> dict[str, Client]:
    """Everybody's, with a second factor, and the password just typed once more."""
    made = {}
    for name, member in {"alice": alice, "bob": bob, "eve": eve, "sam": sam}.items():
        if member != sam:
            cast.second_factor(member)
        made[name] = signed_in(member)
        cast.has_just_typed_the_password(made[name], member)
    return made
