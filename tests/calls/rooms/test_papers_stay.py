"""Once it has its number, a receipt says the same for ever: what goes back is on credit notes, and the page adds them up."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from calls.metering import services as metering
from calls.orders import services as orders
from calls.orders.models import WorkOrder
from marketplace.listings import services as listings
from payouts.claims import services as claims
from payouts.earnings import services as earnings
from payouts.earnings import suspicion
from payouts.earnings.models import Earning
from payouts.ledger import accounts
from payouts.safety.models import Review
from payouts.statements.models import Paper
from tests import cast
from tests.calls.metering.world import Story
from tests.payouts.purse import eur, write_papers
from tests.payouts.statements.papers import words_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(monkeypatch) -> Story:
    """In one call alice buys a letter for 40.00, talks for 3.00, tips 5.00 and uses 12 of the 30 minutes of an act for 25.00."""
    story = Story(credit=10_000)
    words = {"title": "A letter", "description": "To the office.", "delivery_days": 5, "price_minor": 4_000}
    work = listings.add_work(profile=story.bob.profile, **words)
    offer = metering.send_offer(call=story.call, expert=story.bob, listing_id=work.pk, now=story.now)
    story.after(2)
    metering.accept(offer_id=offer.pk, payer=story.alice, cap_minor=4_000, now=story.now)
    order = WorkOrder.objects.get()
    orders.deliver(order_id=order.pk, expert=story.bob, note="Done.", now=story.now)
    orders.confirm(order_id=order.pk, payer=story.alice, now=story.now)
    story.go_paid().after(120).back_to_free()
    story.after(5).go_act().after(720)
    story.hang_up()
    metering.tip(call=story.call, payer=story.alice, amount=eur(500), key="a-token-of-the-form-1", now=story.now)
    write_papers(story.now)
    monkeypatch.setattr(timezone, "now", lambda: story.now)
    return story


def give_back(story: Story, reference: str, minor: int) -> None:
    key = f"a-token-for-{reference}"
    claims.refund(expert=story.bob, reference=reference, amount=eur(minor), key=key, note="Sorry.", now=story.now)


def references(story: Story) -> list[str]:
    return list(Paper.objects.filter(kind="receipt").order_by("number").values_list("about", flat=True))


def pdf_of(client, story: Story) -> str:
    return words_of(client.get(f"/calls/{story.call.pk}/receipt.pdf").content)


def papers_on(page: str) -> list[list[str]]:
    """The rows of each list of papers, as people read them."""
    tables = re.findall(r'data-testid="papers">(.*?)</table>', page, re.DOTALL)
    rows = [re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL) for table in tables]
    return [[" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in table] for table in rows]


@pytest.mark.again_in_prove
class PapersStayTests:
    @pytest.mark.prove
    def test_whatever_goes_back_the_receipt_reads_as_before_to_both(self, story, signed_in):
        both = [story.alice, story.bob]
        before = [pdf_of(signed_in(member), story) for member in both]
        for total in ("Paid from credit €3.00", "Paid from credit €25.00", "Paid from credit €40.00", "€5.00"):
            assert total in before[0]
        assert "Commission −€7.50 Your earning €17.50" in before[1]
        for reference in references(story):
            give_back(story, reference, 100)
        give_back(story, Earning.objects.get(reference__startswith="stored:").reference, 200)
        story.after(timedelta(days=31).total_seconds())
        metering.give_back_expired(today=story.now, now=story.now)
        write_papers(story.now)
        assert Paper.objects.filter(kind="receipt_note").count() == 6
        assert [pdf_of(signed_in(member), story) for member in both] == before

    def test_the_page_shows_the_receipt_then_each_credit_note_then_what_is_left(self, story, signed_in):
        _order, minutes, _act, tip = references(story)
        give_back(story, minutes, 100)
        give_back(story, tip, 500)
        story.after(timedelta(days=31).total_seconds())
        metering.give_back_expired(today=story.now, now=story.now)
        write_papers(story.now)
        expected = [
            ["Receipt R-2026-000002 2 Mar 2026 €3.00", "Credit note RCN-2026-000001 2 Apr 2026 −€1.00"],
            ["Receipt R-2026-000003 2 Mar 2026 €25.00", "Credit note RCN-2026-000003 2 Apr 2026 −€15.00"],
            ["Receipt R-2026-000004 2 Mar 2026 €5.00", "Credit note RCN-2026-000002 2 Apr 2026 −€5.00"],
            ["Receipt R-2026-000001 2 Mar 2026 €40.00"],
        ]
        for rows, left in zip(expected, ("€2.00", "€10.00", "€0.00"), strict=False):
            rows.append(f"Receipt less credit notes {left}")
        for member in (story.alice, story.bob):
            page = signed_in(member).get(f"/calls/{story.call.pk}/").content.decode()
            assert papers_on(page) == expected
            assert f"/calls/{story.call.pk}/receipt.pdf" in page
            note = Paper.objects.get(kind="receipt_note", number=1)
            assert f'href="/receipts/credit-notes/{note.pk}.pdf"' in page

    def test_the_credit_note_says_who_gave_it_back_and_why(self, story, signed_in):
        give_back(story, references(story)[1], 100)
        write_papers(story.now)
        note = Paper.objects.get(kind="receipt_note")
        said = words_of(signed_in(story.alice).get(f"/receipts/credit-notes/{note.pk}.pdf").content)
        assert "Given back by the expert Sorry." in said
        assert "It corrects receipt R-2026-000002" in said

    def test_what_went_to_a_bank_is_not_called_a_commission(self, story, signed_in):
        order, minutes, *_ = references(story)
        for number, reference in enumerate((minutes, order)):
            words = {"into": accounts.dispute_receivable(1), "key": f"dispute:1:from:{number}", "now": story.now}
            earnings.take_back(reference=reference, amount=eur(100), **words)
        write_papers(story.now)
        for address in (f"/calls/{story.call.pk}/", f"/orders/{WorkOrder.objects.get().pk}/"):
            page = signed_in(story.alice).get(address).content.decode()
            assert "Returned by our staff or by the bank of the card" in page
            assert "we did not decide in time" not in page

    def test_a_fraud_that_staff_gave_back_says_so(self, story, signed_in):
        reference, sam = references(story)[1], cast.sam()
        review = Review.objects.create(
            reference=reference,
            payer=story.alice,
            expert=story.bob,
            reasons=["same_card"],
            verdict="fraud",
            opened_at=story.now,
        )
        suspicion.give_back(review_id=review.pk, staff=sam, reason="Its owner wrote.", now=story.now)
        write_papers(story.now)
        note = Paper.objects.get(kind="receipt_note")
        said = words_of(signed_in(story.alice).get(f"/receipts/credit-notes/{note.pk}.pdf").content)
        assert "Given back by our staff after they had looked at it" in said

    def test_an_order_shows_its_papers_too(self, story, signed_in):
        order = WorkOrder.objects.get()
        give_back(story, order.reference, 1_000)
        write_papers(story.now)
        page = signed_in(story.alice).get(f"/orders/{order.pk}/").content.decode()
        assert papers_on(page) == [
            [
                "Receipt R-2026-000001 2 Mar 2026 €40.00",
                "Credit note RCN-2026-000001 2 Mar 2026 −€10.00",
                "Receipt less credit notes €30.00",
            ]
        ]

    def test_what_was_given_back_a_moment_ago_has_no_number_yet_and_the_receipt_stands(self, story, signed_in):
        give_back(story, references(story)[1], 100)
        page = signed_in(story.alice).get(f"/calls/{story.call.pk}/").content.decode()
        assert papers_on(page)[0] == ["Receipt R-2026-000002 2 Mar 2026 €3.00"]
        assert "−€1.00" in page
