"""`/staff/disputes/`: what staff see and press; each look is written down and shown to both people of the charge."""

import pytest
from django.utils import timezone

from payouts.disputes.models import Dispute
from payouts.office.models import AuditRecord
from payouts.wallet import services as wallet
from tests import cast
from tests.calls.metering.world import Story
from tests.payouts.claims.story import answered, contest
from tests.payouts.disputes.test_disputes import do, latest, top_up
from tests.payouts.purse import charge, purse
from tests.payouts.staff.test_door import dispute_of
from tests.payouts.stripe.story import work_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(sam, signed_in):
    return signed_in(sam)


@pytest.fixture
def disputed(alice, bob) -> Dispute:
    """Alice paid 20.00 in, 5.00 of it to Bob, and her bank takes it all back."""
    now = timezone.now()
    top_up(alice, 2_000, now)
    charge(alice, bob, 500, now)
    do("dispute", "charge")
    work_for(4)
    return Dispute.objects.get()


def page(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


class PageTests:
    def test_the_list_leads_to_what_was_paid_with_it(self, staff, disputed, bob, django_assert_num_queries):
        assert "open, may be answered" in page(staff, "/staff/disputes/")
        assert 'data-testid="dispute"' not in page(staff, "/staff/disputes/?state=closed")
        assert 'data-testid="open-disputes">1<' in page(staff, "/staff/")
        shown = page(staff, f"/staff/disputes/{disputed.pk}/")
        for words in (
            "Alice Martin",
            "€20.00",
            "Call with Alice",
            "€5.00",
            'data-testid="dispute-owed">€5.00<',
            "waits",
        ):
            assert words in shown
        assert "/staff/ledger/?reference=dispute%3A" in shown
        with django_assert_num_queries(24):
            staff.get(f"/staff/disputes/{disputed.pk}/")

    def test_the_list_asks_the_same_however_many_there_are(self, staff, disputed, django_assert_num_queries):
        with django_assert_num_queries(7):
            staff.get("/staff/disputes/")

    def test_evidence_is_what_the_receipts_say_until_it_is_changed(self, staff, disputed):
        address = f"/staff/disputes/{disputed.pk}/"
        assert "Call with Alice, €5.00" in page(staff, address)
        assert staff.post(f"{address}evidence/", {"text": "They talked."}).status_code == 302
        work_for(6)
        assert latest("dispute")["evidence"]["uncategorized_text"] == "They talked."
        again = staff.post(f"{address}evidence/", {"text": "More."})
        assert (again.status_code, "not possible (any more)" in again.content.decode()) == (422, True)
        assert "sent evidence to a bank" in page(staff, address)

    def test_who_took_part_is_found_among_those_who_earned(self, staff, disputed, bob, eve):
        act = f"/staff/disputes/{disputed.pk}/participation/"
        for expert, reason in ((eve.pk, "x"), ("bob", "x"), ("", "x"), (bob.pk, ""), (bob.pk, " ")):
            assert staff.post(act, {"expert": expert, "reason": reason}).status_code == 422
        assert purse(bob)["pending"] == "3.50"
        assert staff.post(act, {"expert": bob.pk, "reason": "Same bank account"}).status_code == 302
        assert purse(bob)["pending"] == "0.00"
        assert "took part" in page(staff, f"/staff/disputes/{disputed.pk}/")

    def test_the_member_may_pay_again(self, staff, disputed, alice):
        address = f"/staff/disputes/{disputed.pk}/"
        assert staff.post(f"{address}lift/", {"reason": "She paid."}).status_code == 422
        do("lose")
        work_for(4)
        assert "Let the member pay again" in page(staff, address)
        staff.post(f"{address}lift/", {"reason": "She paid."})
        assert not wallet.is_blocked(member=alice)

    def test_members_get_nowhere(self, disputed, alice, bob, eve, signed_in):
        for member in (alice, bob, eve):
            client = signed_in(member)
            assert client.get(f"/staff/disputes/{disputed.pk}/").status_code == 404
            assert client.post(f"/staff/disputes/{disputed.pk}/accept/", {"reason": "x"}).status_code == 404
        assert not AuditRecord.objects.exists()

    def test_nor_does_anybody_to_what_is_not_there(self, staff):
        assert staff.get("/staff/disputes/999/").status_code == 404
        assert staff.post("/staff/disputes/999/lift/", {"reason": "x"}).status_code == 404


class LookTests:
    def test_each_look_is_written_down(self, staff, sam, disputed):
        for _ in range(2):
            staff.get(f"/staff/disputes/{disputed.pk}/")
        looks = AuditRecord.objects.filter(act="look", reference=disputed.reference, staff=sam)
        assert looks.count() == 2
        assert page(staff, f"/staff/audit/?reference={disputed.reference}").count("looked at it") == 2

    def test_a_claims_too(self, staff, sam):
        claim = answered()
        staff.get(f"/staff/claims/{claim.pk}/")
        assert AuditRecord.objects.get(act="look").reference == f"claim:{claim.pk}"

    def test_who_finds_nothing_has_looked_at_nothing(self, staff, eve, disputed, signed_in):
        signed_in(eve).get(f"/staff/disputes/{disputed.pk}/")
        staff.get("/staff/disputes/")
        assert not AuditRecord.objects.exists()

    def test_both_see_each_look_on_the_receipt(self, staff, signed_in):
        story = Story().go_paid().after(120)
        story.back_to_free()
        story.after(5).hang_up()
        receipts = [(signed_in(one), f"/calls/{story.call.pk}/") for one in (story.alice, story.bob)]
        assert not any("Looked at by our staff" in page(*receipt) for receipt in receipts)
        period = story.call.periods.get()
        claim = contest(payer=story.alice, reference=f"period:{period.pk}", now=story.now)
        staff.get(f"/staff/claims/{claim.pk}/")
        dispute = dispute_of(f"period:{period.pk}", "needs_response", cast.NOW)
        for _ in range(2):
            staff.get(f"/staff/disputes/{dispute.pk}/")
        for receipt in receipts:
            shown = [
                page(*receipt).split(f'data-testid="{what}"')[1].split("</dd>")[0] for what in ("claim-looks", "looks")
            ]
            assert [part.count("<time") for part in shown] == [1, 2]
