"""Staff do nothing in an affair of their own: whoever paid or earned in it is refused by every act, and it stays as it was."""

from collections.abc import Callable

import pytest

from marketplace.accounts.models import User
from payouts.claims import services as claims
from payouts.disputes import services as disputes
from payouts.disputes.models import Dispute
from payouts.earnings import suspicion
from payouts.office import services as office
from payouts.office.models import AuditRecord, StaffTask
from payouts.refunds import services as refunds
from payouts.safety import services as safety
from payouts.safety.models import Review
from payouts.wallet.models import CreditLot
from tests import cast
from tests.payouts.claims.story import answered
from tests.payouts.purse import charge, eur, give_credit
from tests.payouts.staff.test_door import taken_back

pytestmark = pytest.mark.django_db
NOW = cast.NOW
Act = Callable[[User], object]


@pytest.fixture
def acts(alice, bob) -> dict[str, Act]:
    """Alice paid bob: a claim, a review, a bank that takes it back, and the tasks of each. What staff may do about them."""
    claim = answered()
    for member in (alice, bob):
        safety.saw(member=member, now=NOW, card="fp_card")
    give_credit(alice, 500, NOW)
    charge(alice, bob, 500, NOW, reference="period:2")
    taken_back(CreditLot.objects.filter(member=alice).latest("pk"), "needs_response", NOW)
    dispute, review = Dispute.objects.get(), Review.objects.get()
    about = {"dispute_id": dispute.pk, "now": NOW}
    return {
        "decide a claim": lambda who: claims.decide(
            claim_id=claim.pk, staff=who, refund=eur(400), reason="Me.", now=NOW
        ),
        "decide a review": lambda who: suspicion.decide(
            review_id=review.pk, staff=who, verdict="fine", note="Me.", now=NOW
        ),
        "send evidence": lambda who: disputes.send_evidence(staff=who, text="Me.", **about),
        "let a dispute go": lambda who: disputes.accept(staff=who, reason="Me.", **about),
        "let pay again": lambda who: disputes.lift_block(staff=who, reason="Me.", **about),
        "find who took part": lambda who: disputes.find_participation(expert=bob, staff=who, reason="Me.", **about),
        **{
            f"close the task: {task.kind}": lambda who, task=task: office.close_task(
                task=task, staff=who, note="Me.", now=NOW
            )
            for task in StaffTask.objects.all()
        },
    }


class PartyTests:
    def test_nobody_acts_in_their_own_affair(self, alice, bob, acts):
        assert {"close the task: review", "close the task: dispute"} < set(acts)
        User.objects.filter(pk__in=[alice.pk, bob.pk]).update(is_staff=True)
        for name, act in acts.items():
            for party in (cast.alice(), cast.bob()):
                with pytest.raises(office.PartyToIt):
                    act(party)
                    pytest.fail(f"{party} could {name}")
        assert not AuditRecord.objects.exists()
        assert not StaffTask.objects.exclude(closed_at=None).exists()

    def test_whoever_is_no_party_can(self, sam, acts):
        for name in ("decide a claim", "send evidence", "find who took part", "close the task: dispute"):
            acts[name](sam)
        assert AuditRecord.objects.count() == 4

    def test_a_refund_that_nobody_can_make_by_machine_is_not_settled_by_its_member(self, alice, now):
        give_credit(alice, 500, now)
        (refund,) = refunds.request(member=alice, amount=None, key="form-1", now=now)
        refunds.refuse(refund_id=refund.pk, code="declined", message="", now=now)
        alice.is_staff = True
        with pytest.raises(office.PartyToIt):
            refunds.settle(refund_id=refund.pk, staff=alice, is_sent=True, note="Me.", now=now)
        with pytest.raises(office.PartyToIt):
            office.close_task(task=StaffTask.objects.get(), staff=alice, note="Me.", now=now)

    def test_the_page_of_tasks_says_that_another_settles_it(self, alice, signed_in, acts):
        User.objects.filter(pk=alice.pk).update(is_staff=True)
        cast.second_factor(alice)
        client, task = signed_in(cast.alice()), StaffTask.objects.get(kind="dispute")
        page = client.get("/staff/tasks/?kind=dispute").content.decode()
        assert "Your own affair" in page
        assert f'action="/staff/tasks/{task.pk}/close/"' not in page
        assert client.post(f"/staff/tasks/{task.pk}/close/", {"reason": "Me."}).status_code == 404
        assert client.get(f"/staff/disputes/{Dispute.objects.get().pk}/").status_code == 404
