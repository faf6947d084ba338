"""One of the staff uses the back office for themself: decides, grants, lifts and closes what is their own affair."""

from collections.abc import Callable
from datetime import timedelta
from unittest.mock import patch

import pytest

from marketplace.accounts.models import User
from payouts.earnings import suspicion
from payouts.office import services as office
from payouts.office.models import AuditRecord, StaffTask
from payouts.safety import services as safety
from payouts.safety.models import Review
from payouts.wallet import services as wallet
from tests import cast
from tests.payouts.purse import charge, eur, give_credit, purse

pytestmark = pytest.mark.django_db
Affair = Callable[[User], object]


def gives_credit_to_themself(sam: User) -> None:
    words = {"reason": "A present.", "expires_at": None, "key": "form", "now": cast.NOW}
    wallet.grant(staff=sam, member=sam, amount=eur(5_000), **words)


def lifts_their_own_freeze(sam: User) -> None:
    safety.freeze(member=sam, reason="bank", key="bank:9:2", now=cast.NOW)
    safety.lift(member=sam, staff=sam, reason="It is mine.", now=cast.NOW + timedelta(hours=1))


def closes_the_task_about_themself(sam: User) -> None:
    task = office.open_task(kind="review", key="review:1", text="Look.", now=cast.NOW, parties=[sam.pk])
    office.close_task(task=task, staff=sam, note="All is well.", now=cast.NOW)


def finds_their_own_earning_fine(sam: User) -> None:
    alice = cast.alice()
    for member in (alice, sam):
        safety.saw(member=member, now=cast.NOW, device="a-device")
    give_credit(alice, 1_000, cast.NOW)
    charge(alice, sam, 1_000, cast.NOW)
    suspicion.decide(review_id=Review.objects.get().pk, staff=sam, verdict="fine", note="A friend.", now=cast.NOW)


AFFAIRS = [
    gives_credit_to_themself,
    lifts_their_own_freeze,
    closes_the_task_about_themself,
    finds_their_own_earning_fine,
]
every_affair = pytest.mark.parametrize("affair", AFFAIRS)


class OwnAffairTests:
    @every_affair
    def test_it_is_not_theirs_to_act_in(self, sam, affair):
        with pytest.raises(office.PartyToIt):
            affair(sam)
        assert not AuditRecord.objects.exists()
        assert purse(sam)["credit"] == "0.00"
        assert not StaffTask.objects.exclude(closed_at=None).exists()

    @every_affair
    def test_where_nobody_asks_whose_it_is_they_do(self, sam, affair):
        """The broken twin."""
        with patch.object(office, "check_no_party"):
            affair(sam)
        assert AuditRecord.objects.count() == 1
