"""Somebody without an account rings bob, talks, makes an account in the call when he asks for money, and pays."""

import re

import pytest
from playwright.sync_api import Page, expect

from marketplace.accounts.models import User
from marketplace.experts import services as experts
from tests import cast
from tests.cast import PASSWORD
from tests.journeys.people import Person, talk
from tests.journeys.whole_path_paid import adds_credit


@pytest.fixture
def bob(signed_in_person) -> Person:
    """He takes anyone."""
    experts.choose_who_may_ring(member=cast.bob(), who="anyone")
    bob = signed_in_person(cast.bob())
    bob.page.goto("/me/")
    return bob


@pytest.fixture
def carla(person) -> Person:
    return person("Carla Conti")


def rings_as_a_guest(carla: Person, bob: Person) -> None:
    carla.page.goto(f"/experts/{bob.slug}/")
    expect(carla.sees("presence")).to_have_text("free now")
    carla.page.get_by_label("Your name").fill(carla.name)
    carla.page.get_by_label("What is it about?").fill("My lease ends")
    carla.press("Call now")
    expect(carla.sees("call-state")).to_have_text(re.compile("Ringing"))
    expect(bob.page.get_by_role("heading", name="Carla Conti (guest) is calling")).to_be_visible()
    expect(bob.page.get_by_text("credit for")).to_have_count(0)
    bob.answers()


def makes_an_account(carla: Person, small: Page) -> None:
    expect(small.get_by_label("Name")).to_have_value(carla.name)
    small.get_by_label("E-mail").fill(carla.email)
    small.get_by_label("Password").fill(PASSWORD)
    small.get_by_role("button", name="Sign up", exact=True).click()
    small.get_by_label("Code").fill(carla.code_from_mail())
    with small.expect_event("close"):
        small.get_by_role("button", name="Confirm", exact=True).click()


class GuestTests:
    def test_rings_talks_makes_an_account_and_pays(self, carla, bob):
        rings_as_a_guest(carla, bob)
        talk(carla, bob)
        guest = User.objects.get(is_guest=True)
        expect(bob.page.locator("#other-guest")).to_be_visible()

        bob.offers(rate="2")
        carla.reads("€2.00 per minute")
        expect(carla.button("Accept and pay")).to_be_hidden()
        with carla.page.expect_popup() as opened:
            carla.press("Make an account and accept")
        bob.reads(re.compile("Making an account"))
        makes_an_account(carla, opened.value)

        expect(carla.button("Add credit and accept")).to_be_visible()
        carla.is_connected()
        carla.hears()
        expect(bob.page.locator("#other-guest")).to_be_hidden()
        adds_credit(carla, "Add credit and accept", "20", while_open=lambda: bob.reads(re.compile("Adding credit")))
        carla.accepts()
        for somebody in (carla, bob):
            somebody.meter_is("running")
            somebody.waits_until(lambda who=somebody: who.sum("meter-cost") > 0, "a cost on the meter")

        carla.press("Hang up")
        carla.page.get_by_role("link", name="See the receipt").click()
        expect(carla.page.get_by_role("heading", name="Your call with Bob Leroy")).to_be_visible()
        assert User.objects.get(email=carla.email).pk == guest.pk

    @pytest.mark.prove
    def test_after_a_free_call_an_account_keeps_it(self, carla, bob):
        rings_as_a_guest(carla, bob)
        talk(carla, bob)
        carla.press("Hang up")
        carla.reads(re.compile("Thank you for calling"))
        expect(carla.page.get_by_role("link", name="See the receipt")).to_be_hidden()
        carla.page.get_by_role("link", name="Make an account").click()
        carla.page.get_by_label("E-mail").fill(carla.email)
        carla.page.get_by_label("Password").fill(PASSWORD)
        carla.press("Sign up")
        carla.page.get_by_label("Code").fill(carla.code_from_mail())
        carla.press("Confirm")
        expect(carla.page).to_have_url(re.compile(r"/me/$"))
        carla.reads("Bob Leroy")

    @pytest.mark.prove
    def test_who_comes_next_to_the_same_browser_starts_anew(self, carla, bob):
        rings_as_a_guest(carla, bob)
        talk(carla, bob)
        carla.press("Hang up")
        carla.reads(re.compile("Thank you for calling"))
        carla.page.get_by_role("link", name="Make an account").click()
        carla.reads("You go on as Carla Conti. Your call with Bob Leroy goes along: you find it on My page.")
        carla.goes_to(f"/experts/{bob.slug}/")
        carla.reads("You call as Carla Conti, without an account.")
        carla.press("Not Carla Conti? Start anew")
        expect(carla.page.get_by_label("Your name")).to_have_value("")

    @pytest.mark.prove
    def test_a_name_that_is_none_is_said_at_the_field_and_nothing_rings(self, carla, bob):
        carla.page.goto(f"/experts/{bob.slug}/")
        carla.page.get_by_label("Your name").fill("  C  ")
        carla.window.forgive("422")  # the browser writes it to its console
        carla.press("Call now")
        expect(carla.page.locator("#guest-name-error")).to_be_visible()
        expect(carla.page.get_by_label("Your name")).to_be_focused()
        assert not User.objects.filter(is_guest=True).exists()
