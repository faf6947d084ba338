"""Lists that go on for longer than a page."""

import re
from datetime import timedelta

import pytest

from calls.models import Call, Message, Offer, WorkOrder
from payouts.earnings import services as earnings
from payouts.earnings.models import Earning
from payouts.paging import page
from payouts.refunds import services as refunds
from payouts.wallet.models import TopUp
from payouts.withdrawals import services as withdrawals
from tests import cast
from tests.marketplace.pages.test_me import called
from tests.payouts.purse import charge, connect_bank, eur, give_credit, make_available

pytestmark = pytest.mark.django_db


def top_ups(alice, now, *days: int) -> list[int]:
    made = [
        TopUp.objects.create(member=alice, amount_minor=100, currency="EUR", made_at=now + timedelta(days=d))
        for d in days
    ]
    return [row.pk for row in made]


def walk(*lists, at="made_at", count=2, **how) -> list[list[int]]:
    pages, asked = [], ""
    while True:
        found = page(*lists, at=at, asked=asked, count=count, **how)
        pages.append([row.pk for row in found])
        if not found.more:
            return pages
        asked = found.more


class PageTests:
    def test_every_row_is_on_one_page_the_newest_first(self, alice, now):
        first, second, third, fourth, fifth = top_ups(alice, now, 0, 1, 2, 3, 4)
        assert walk(TopUp.objects.all()) == [[fifth, fourth], [third, second], [first]]

    def test_or_the_soonest_first(self, alice, now):
        first, second, third = top_ups(alice, now, 0, 1, 2)
        assert walk(TopUp.objects.all(), newest_first=False) == [[first, second], [third]]

    def test_rows_of_the_very_same_moment_too(self, alice, now):
        made = top_ups(alice, now, 0, 0, 0, 0, 0)
        assert walk(TopUp.objects.all()) == [made[:2:-1], made[2:0:-1], made[:1]]
        assert walk(TopUp.objects.all(), newest_first=False) == [made[:2], made[2:4], made[4:]]

    def test_what_comes_meanwhile_moves_nothing(self, alice, now):
        made = top_ups(alice, now, 0, 1, 2)
        first = page(TopUp.objects.all(), at="made_at", asked="", count=2)
        top_ups(alice, now, 3)
        assert [row.pk for row in page(TopUp.objects.all(), at="made_at", asked=first.more, count=2)] == made[:1]

    def test_of_two_lists_together(self, alice, bob, now):
        mine, his = top_ups(alice, now, 0, 2), top_ups(bob, now, 1, 3)
        lists = [TopUp.objects.filter(member=member) for member in (alice, bob)]
        assert walk(*lists) == [[his[1], mine[1]], [his[0], mine[0]]]

    @pytest.mark.parametrize(
        "asked", ["x", "-", "1", "1-", "-1-1", "1-1-1", "²-1", "9" * 30 + "-1", "1-" + "9" * 30, "\0"]
    )
    def test_what_is_no_page_is_the_first_one(self, alice, now, asked):
        made = top_ups(alice, now, 0, 1)
        found = page(TopUp.objects.all(), at="made_at", asked=asked, count=5)
        assert ([row.pk for row in found], found.is_first, found.more) == (made[::-1], True, "")

    def test_the_latest_moment_that_can_be_asked_for(self, alice, now):
        top_ups(alice, now, 0)
        assert len(page(TopUp.objects.all(), at="made_at", asked="9" * 17 + "-" + "9" * 18, count=5)) == 1


def rows_of(client, address: str, mark: str) -> tuple[list[str], str]:
    """How many rows of a list there are on each page, following its link to the next one."""
    answer = client.get(address)
    assert answer.status_code == 200
    text = answer.content.decode()
    link = re.search(rf'href="(\?{mark}=[^"#]*)#', text)
    return text, link.group(1) if link else ""


class EarningsPageTests:
    def test_of_what_is_pending_all_can_be_reached(self, alice, bob, now, signed_in, monkeypatch):
        monkeypatch.setattr("payouts.earnings.views.PENDING_A_PAGE", 2)
        give_credit(alice, 5_000, now)
        for number in range(3):
            charge(alice, bob, 100 + number, now + timedelta(days=number))
        client = signed_in(bob)
        text, link = rows_of(client, "/earnings/", "pending")
        assert text.count('data-testid="release-date"') == 2
        text, link = rows_of(client, f"/earnings/{link}", "pending")
        assert (text.count('data-testid="release-date"'), link) == (1, "")
        assert "Soonest" in text

    def test_of_what_became_available(self, alice, bob, now, signed_in, monkeypatch):
        monkeypatch.setattr("payouts.earnings.views.RELEASED_A_PAGE", 2)
        give_credit(alice, 5_000, now)
        for number in range(3):
            charge(alice, bob, 100 + number, now)
        earnings.release_due(now=now + timedelta(days=31))
        seen, address = [], "/earnings/"
        while address:
            text, link = rows_of(signed_in(bob), address, "released")
            seen += re.findall(r"€1\.0\d paid", text)
            address = link and f"/earnings/{link}"
        assert sorted(seen) == ["€1.00 paid", "€1.01 paid", "€1.02 paid"]
        assert Earning.objects.exclude(released_at=None).count() == 3

    def test_of_withdrawals(self, alice, bob, now, signed_in, monkeypatch):
        monkeypatch.setattr("payouts.earnings.views.WITHDRAWALS_A_PAGE", 2)
        make_available(bob, 6_000, now, payer=alice)
        connect_bank(bob)
        for number in range(3):
            withdrawals.request(expert=bob, amount=eur(2_000), key=f"form-{number}", now=now)
        text, link = rows_of(signed_in(bob), "/earnings/", "withdrawals")
        assert text.count('data-testid="withdrawal"') == 2
        text, link = rows_of(signed_in(bob), f"/earnings/{link}", "withdrawals")
        assert (text.count('data-testid="withdrawal"'), link) == (1, "")


class WalletPageTests:
    def test_of_refunds(self, alice, now, signed_in, monkeypatch):
        monkeypatch.setattr("payouts.wallet.views.REFUNDS_A_PAGE", 2)
        give_credit(alice, 5_000, now)
        for number in range(3):
            refunds.request(member=alice, amount=eur(100), key=f"form-{number}", now=now)
        text, link = rows_of(signed_in(alice), "/wallet/", "refunds")
        assert text.count('data-testid="refund"') == 2
        text, link = rows_of(signed_in(alice), f"/wallet/{link}", "refunds")
        assert (text.count('data-testid="refund"'), link) == (1, "")


class MyPageTests:
    @pytest.fixture(autouse=True)
    def two_a_page(self, monkeypatch):
        monkeypatch.setattr("marketplace.pages.me.ROWS_A_PAGE", 2)

    def test_of_calls_made_and_received(self, alice, bob, signed_in):
        for _ in range(2):
            called(alice, bob)
            called(bob, alice, state="missed")
        seen, address = 0, "/me/"
        while address:
            text, link = rows_of(signed_in(bob), address, "calls")
            seen += text.count('class="my-call"')
            address = link and f"/me/{link}"
        assert seen == Call.objects.count() == 4

    def test_of_messages(self, alice, bob, now, signed_in):
        for number in range(3):
            Message.objects.create(sender=alice, recipient=bob, text=f"Word {number}", sent_at=now)
        text, link = rows_of(signed_in(bob), "/me/", "letters")
        assert ("Word 0" in text, "Word 2" in text) == (False, True)
        text, link = rows_of(signed_in(bob), f"/me/{link}", "letters")
        assert ("Word 0" in text, link) == (True, "")

    def test_orders_that_are_open_come_first_and_all_of_them(self, story_of_orders, signed_in):
        bob = cast.bob()
        text, link = rows_of(signed_in(bob), "/me/", "orders")
        assert [f"Open {n}" in text for n in range(4)] == [True] * 4
        assert text.index("Open 0") < text.index("Done 2")
        assert "Done 0" not in text
        text, link = rows_of(signed_in(bob), f"/me/{link}", "orders")
        assert ("Done 0" in text, "Open 0" in text, link) == (True, True, "")


@pytest.fixture
def story_of_orders(alice, bob, now):
    """Four that are open, and three that are done since: younger ones."""
    call = called(alice, bob)
    labels = [*(f"Open {n}" for n in range(4)), *(f"Done {n}" for n in range(3))]
    for number, label in enumerate(labels):
        is_open = label.startswith("Open")
        offer = Offer.objects.create(
            call=call, payer=alice, expert=bob, kind="act_of_work", listing=1, label=label, currency="EUR",
            commission_percent=30, price_minor=100, description="x", delivery_days=1, sent_at=now, deadline_at=None,
            state="accepted", closed_at=now,
        )  # fmt: skip
        at = now + timedelta(minutes=number)
        WorkOrder.objects.create(
            offer=offer, call=call, payer=alice, expert=bob, listing=1, label=label, description="x", currency="EUR",
            price_minor=100, commission_percent=30, state="ordered" if is_open else "freed", ordered_at=at, due_at=at,
            closed_at=None if is_open else at, deadline_at=at if is_open else None, outcome="" if is_open else "cancelled",
        )  # fmt: skip
