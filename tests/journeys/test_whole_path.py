"""The main job from end to end, with two people in two real browsers: browse, call, go paid, settle, withdraw."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from marketplace.experts.models import Category
from tests import cast
from tests.journeys import whole_path_bank as bank
from tests.journeys import whole_path_paid as paid
from tests.journeys.people import Person

# The calendar moves in the demo only; the rest is as anywhere.
DEMO = {"DEBUG": "1", "DEMO": "1", "ACT_CAPTURE_S": "8"}


@pytest.mark.parametrize("site", [DEMO | {"SECOND_FACTOR": "1"}], indirect=True)
class WholePathTests:
    def test_from_sign_up_to_the_bank(self, site, person, signed_in_person):
        Category.objects.create(slug="money", name="Money and taxes")
        alice, bob = person("Alice Martin"), person("Bob Leroy")
        they_sign_up(alice, bob)
        bob_becomes_an_expert(bob)
        alice_browses(alice, bob)
        alice_leaves_a_message(alice, bob)
        payments_that_are_not_made_add_nothing(alice)
        rings_that_lead_nowhere(alice, bob)
        they_talk_free(alice, bob)
        paid.offers_that_lead_nowhere(alice, bob)
        paid.alice_adds_credit_and_accepts(alice, bob)
        paid.the_meter_runs_on_both_screens(alice, bob)
        paid.it_stands_still_and_goes_on(alice, bob)
        paid.the_cap_is_raised(alice)
        paid.back_to_free(alice, bob)
        paid.an_act_of_time(alice, bob)
        paid.they_hang_up_and_read_the_receipt(alice, bob)
        sam = signed_in_person(cast.sam())
        bank.staff_look_at_two_newcomers(sam)
        bank.time_passes(sam)
        bob.sets_up_a_second_factor()
        bank.the_bank_refuses(bob)
        bank.the_bank_pays(bob)
        bank.the_books_are_clean_and_a_planted_error_is_found(site)


# --- 1 and 2: who they are ----------------------------------------------------------------------------------------


def they_sign_up(alice: Person, bob: Person) -> None:
    alice.signs_up()
    alice.signs_out()
    alice.signs_in()
    bob.signs_up()
    bob.signs_out()
    bob.signs_in_by_code()


def bob_becomes_an_expert(bob: Person) -> None:
    bob.page.goto("/become-an-expert/")
    bob.page.get_by_label("Money and taxes").check()
    bob.page.get_by_label("Headline").fill("Helps with taxes")
    bob.press("Save and go on")
    bob.page.get_by_label("About you").fill("Twenty years of practice, plain words.")
    bob.page.get_by_label("English").check()
    picture = io.BytesIO()
    Image.new("RGB", (600, 400), "teal").save(picture, "PNG")
    bob.page.get_by_label("Photo").set_input_files(
        {"name": "bob.png", "mimeType": "image/png", "buffer": picture.getvalue()}
    )
    bob.press("Save and go on")
    bob.page.get_by_label("Rate per minute").fill("10.00")
    bob.press("Save and go on")
    bob.press("Publish profile")
    expect(bob.page).to_have_url(re.compile(r"/experts/bob-leroy/$"))
    bob.page.goto("/me/")
    bob.page.get_by_role("link", name="Add an act", exact=True).click()
    bob.page.get_by_label("What the caller gets").fill("Five minutes on your tax return")
    bob.page.get_by_label("Length in minutes").fill("5")
    bob.page.get_by_label("Price").fill("400")
    bob.press("Save")
    bob.reads("Five minutes on your tax return")


def alice_browses(alice: Person, bob: Person) -> None:
    alice.page.goto("/")
    alice.page.get_by_role("combobox", name="Search experts").fill("TAXÉS")
    alice.press("Search")
    expect(alice.page.get_by_role("link", name=bob.name)).to_be_visible()
    alice.page.goto("/?online=1&category=money")
    alice.page.get_by_role("link", name=bob.name).click()
    alice.reads("€10.00")
    alice.reads("€400.00")
    expect(alice.sees("presence")).to_have_text("free now")


def alice_leaves_a_message(alice: Person, bob: Person) -> None:
    bob.page.goto("about:blank")  # his last page is closed
    expect(alice.sees("presence")).to_have_text("away")
    alice.page.get_by_label("Message to Bob").fill("Could you call me on Monday?")
    alice.press("Leave a message")
    bob.page.goto("/me/")
    bob.reads("Could you call me on Monday?")


# --- 3: credit ----------------------------------------------------------------------------------------------------


def payments_that_are_not_made_add_nothing(alice: Person) -> None:
    alice.page.goto("/wallet/")
    alice.page.get_by_label("Your monthly limit").fill("1000")  # more than the 200.00 proposed: she will buy an act
    alice.press("Add credit")
    alice.page.get_by_role("link", name="Cancel").click()
    alice.reads("Payment cancelled")
    assert alice.sum("balance") == 0
    alice.page.goto("/wallet/")
    alice.press("Add credit")
    alice.window.forgive("402 (Payment Required)")  # so Stripe's stand-in answers a declined card
    alice.pays_at_stripe(alice.page, card="4000 0000 0000 0002")
    alice.reads("Your card was declined.")
    alice.page.goto("/wallet/")
    assert alice.sum("balance") == 0


# --- 4: the call --------------------------------------------------------------------------------------------------


def rings_that_lead_nowhere(alice: Person, bob: Person) -> None:
    alice.rings(bob)
    bob.press("Decline")
    alice.reads("Bob Leroy cannot talk right now.")
    alice.rings(bob)
    alice.press("Cancel call")
    alice.reads("You cancelled the call.")
    expect(bob.button("Answer")).to_be_hidden()


def they_talk_free(alice: Person, bob: Person) -> None:
    other_window = bob.window.context.new_page()
    other_window.goto("/me/")
    alice.rings(bob, line="My lease ends in May")
    bob.reads("My lease ends in May")
    bob.answers()
    expect(other_window.get_by_text("Answered in another window").first).to_be_attached()  # it passes by itself
    other_window.close()
    bob.joins()
    alice.joins()
    for somebody in (alice, bob):
        somebody.is_connected()
        somebody.hears()
        somebody.press("Mute")
        expect(somebody.button("Unmute")).to_be_visible()
        somebody.press("Unmute")
        somebody.press("Camera on")
        somebody.meter_is("free")
    for somebody in (alice, bob):
        somebody.sees_a_picture()
