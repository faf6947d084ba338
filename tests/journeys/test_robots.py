"""A newcomer alone, in one browser: the demo's robots answer, are seen and heard, and are paid."""

import re

import pytest
from playwright.sync_api import expect

from calls.metering.models import PaidPeriod
from marketplace.accounts.models import User
from marketplace.management.demo_data.people import CALLER
from payouts.wallet import services as wallet
from tests.journeys.people import Person
from tests.journeys.site import manage

DEMO = {"DEBUG": "1", "DEMO": "1"}


@pytest.fixture
def demo(site):
    """The site as `make run` starts it: demo data first, then the server with the robots as its children."""
    site.stop()
    manage(site.environment, "demo")
    site.start()
    return site


@pytest.fixture
def newcomer(person, demo) -> Person:
    """Came to the first page, and pressed what it offered."""
    newcomer = person("Newcomer")
    newcomer.page.goto("/")
    newcomer.page.get_by_role("link", name="Try it: sign in with one press").click()
    newcomer.press(f"Sign in as {CALLER}")
    return newcomer


def credit() -> int:
    return wallet.credit(member=User.objects.get(name=CALLER)).minor


def calls(newcomer: Person, robot: str) -> None:
    card = newcomer.page.get_by_role("link", name=re.compile(robot)).first
    newcomer.looks_again_until("/", card.is_visible)  # it stands there once it is here: robots start with the server
    card.click()
    expect(newcomer.sees("presence").first).to_have_text("free now")
    newcomer.press("Call now")
    newcomer.joins()
    newcomer.is_connected()
    newcomer.hears()
    newcomer.sees_a_picture()


def hangs_up(newcomer: Person) -> PaidPeriod:
    newcomer.press("Hang up")
    expect(newcomer.page.get_by_role("link", name="See the receipt")).to_be_visible()
    return PaidPeriod.objects.latest("id")


@pytest.mark.parametrize("site", [DEMO], indirect=True)
class RobotTests:
    @pytest.mark.prove
    def test_the_one_by_the_minute(self, newcomer):
        before = credit()
        calls(newcomer, "Robin Ferro")
        newcomer.accepts()
        newcomer.meter_is("running")
        newcomer.waits_until(lambda: newcomer.sum("meter-cost") >= 10, "a cost on the meter")
        newcomer.press("Pause")
        newcomer.meter_is("paused")
        newcomer.press("Resume")
        newcomer.meter_is("running")
        newcomer.hears()
        newcomer.sees_a_picture()
        newcomer.press("Back to free")
        newcomer.meter_is("free")
        period = hangs_up(newcomer)
        assert (period.kind, period.end_reason) == ("per_minute", "back_to_free")
        assert period.amount_minor == before - credit() >= 10
        newcomer.page.goto(f"/calls/{period.call_id}/")
        newcomer.reads(re.compile(r"€0\.\d\d"))

    @pytest.mark.prove
    def test_the_one_with_an_act(self, newcomer):
        before = credit()
        calls(newcomer, "Cleo Stahl")
        newcomer.accepts()
        newcomer.meter_is("running")
        newcomer.press("Cancel act")
        newcomer.meter_is("free")
        period = hangs_up(newcomer)
        assert (period.kind, period.amount_minor, credit()) == ("act_of_time", 0, before)

    @pytest.mark.prove
    def test_a_person_as_that_expert_may_answer_first(self, newcomer, person):
        expert = person("Expert")
        expert.page.goto("/demo/")
        expert.press("Sign in as Robin Ferro")
        newcomer.page.goto("/experts/robin-ferro/")
        newcomer.press("Call now")
        expert.answers()
        expert.press("Join")
        newcomer.joins()
        expert.is_connected()
        newcomer.is_connected()
        expert.hears()
