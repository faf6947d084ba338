"""The receipt as a paper: for the payer, for the expert, and for nobody else."""

from datetime import timedelta

import pytest

from calls.metering import services as metering
from calls.orders import services as orders
from calls.orders.models import WorkOrder
from calls.rooms.models import Attendance
from marketplace.listings import services as listings
from payouts.office.models import AuditRecord
from payouts.statements.models import Paper
from tests.calls.metering.world import Story
from tests.payouts.purse import write_papers
from tests.payouts.statements.papers import words_of

pytestmark = [pytest.mark.django_db, pytest.mark.again_in_prove]


@pytest.fixture
def story() -> Story:
    """Alice talked for two minutes at 2.00, 30 s of it free, with a pause; then hung up."""
    story = Story()
    for one in (story.alice, story.bob):
        Attendance.objects.create(
            call=story.call, user=one, joined_at=story.now, left_at=story.now + timedelta(minutes=2)
        )
    story.go_paid().after(60)
    story.pause(story.alice)
    story.after(10)
    story.resume()
    story.after(60).back_to_free()
    story.after(5).hang_up()
    return story


class ReceiptPdfTests:
    def test_the_payer_reads_number_seconds_stops_and_price_and_no_commission(self, story, signed_in):
        write_papers(story.now)
        answer = signed_in(story.alice).get(f"/calls/{story.call.pk}/receipt.pdf")
        said = words_of(answer.content)
        number = str(Paper.objects.get(kind="receipt"))
        assert answer["Content-Type"] == "application/pdf"
        for part in (f"Receipt {number}", "Alice Martin", "Bob Leroy", "Paid from credit €3.00", "90.000 s exactly"):
            assert part in said
        assert "When the meter stood still" in said
        for one in ("Alice Martin", "Bob Leroy"):
            assert f"{one} joined" in said and f"{one} left" in said
        assert "Commission" not in said

    def test_the_expert_reads_the_commission_too(self, story, signed_in):
        write_papers(story.now)
        said = words_of(signed_in(story.bob).get(f"/calls/{story.call.pk}/receipt.pdf").content)
        assert "Commission −€0.90" in said
        assert "Your earning €2.10" in said

    def test_a_stranger_finds_nothing_and_a_visitor_signs_in(self, story, eve, signed_in, client):
        write_papers(story.now)
        path = f"/calls/{story.call.pk}/receipt.pdf"
        assert signed_in(eve).get(path).status_code == 404
        assert "/accounts/login/" in client.get(path).url

    def test_before_it_has_its_number_it_says_so(self, story, signed_in):
        client, path = signed_in(story.alice), f"/calls/{story.call.pk}/"
        assert f"{path}receipt.pdf" in client.get(path).content.decode()
        page = client.get(f"{path}receipt.pdf", follow=True)
        assert page.redirect_chain == [(path, 302)]
        assert "being numbered" in page.content.decode()

    def test_a_piece_of_work_paid_in_a_free_call_is_on_it(self, sam, signed_in):
        story = Story(credit=5_000)
        words = {"title": "A letter", "description": "To the office.", "delivery_days": 5, "price_minor": 4_000}
        work = listings.add_work(profile=story.bob.profile, **words)
        offer = metering.send_offer(call=story.call, expert=story.bob, listing_id=work.pk, now=story.now)
        story.after(2)
        metering.accept(offer_id=offer.pk, payer=story.alice, cap_minor=4_000, now=story.now)
        order = WorkOrder.objects.get()
        orders.deliver(order_id=order.pk, expert=story.bob, note="Done.", now=story.now)
        orders.confirm(order_id=order.pk, payer=story.alice, now=story.now)
        story.after(5).hang_up()
        write_papers(story.now)
        said = words_of(signed_in(story.alice).get(f"/calls/{story.call.pk}/receipt.pdf").content)
        for part in ("Receipt R-", "A letter", "Price of the work", "Paid from credit €40.00"):
            assert part in said
        assert words_of(signed_in(sam).get(f"/staff/receipts/{order.reference}.pdf").content) == said

    def test_staff_read_the_payers_paper_which_is_written_down(self, story, sam, signed_in):
        write_papers(story.now)
        staff, paper = signed_in(sam), Paper.objects.get(kind="receipt")
        said = words_of(staff.get(f"/staff/receipts/{paper.about}.pdf").content)
        assert f"Receipt {paper}" in said and "Paid from credit €3.00" in said and "Commission" not in said
        look = AuditRecord.objects.get(act="look")
        assert (look.staff, look.reference, look.reason) == (sam, f"user:{story.alice.pk}", paper.about)
        for nonsense in ("period:999999", "x", "order:1", "stored:1"):
            assert staff.get(f"/staff/receipts/{nonsense}.pdf").status_code == 404

    def test_for_nobody_else_there_is_such_a_page(self, story, eve, signed_in, client):
        write_papers(story.now)
        address = f"/staff/receipts/{Paper.objects.get(kind='receipt').about}.pdf"
        for member in (story.alice, story.bob, eve):
            assert signed_in(member).get(address).status_code == 404
        assert "/accounts/login/" in client.get(address).url
        assert not AuditRecord.objects.exists()

    def test_a_free_call_has_none(self, signed_in):
        story = Story()
        story.after(5).hang_up()
        client, path = signed_in(story.alice), f"/calls/{story.call.pk}/"
        assert client.get(f"{path}receipt.pdf").status_code == 404
        assert "receipt.pdf" not in client.get(path).content.decode()
