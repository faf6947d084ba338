import pytest

from payouts.office import services as office
from payouts.office.models import AuditRecord, StaffTask
from tests import cast

pytestmark = pytest.mark.django_db


def refused(now=cast.NOW) -> StaffTask:
    return office.open_task(
        kind="refund_refused", key="refund:3:refused", text="Settle by hand.", reference="refund:3", now=now
    )


class TaskTests:
    def test_the_same_cause_is_one_task(self):
        assert refused() == refused()
        assert StaffTask.objects.count() == 1

    def test_closing_says_who_and_how_and_leaves_a_trail(self):
        sam = cast.sam()
        office.close_task(task=refused(), staff=sam, note="Paid by wire.", now=cast.NOW)
        task, trail = StaffTask.objects.get(), AuditRecord.objects.get()
        assert (task.closed_by, task.note) == (sam, "Paid by wire.")
        assert (trail.staff, trail.act, trail.reference, trail.reason) == (
            sam,
            "task.close",
            "refund:3",
            "Paid by wire.",
        )

    def test_a_closed_task_is_not_closed_again_nor_opened_again(self):
        office.close_task(task=refused(), staff=cast.sam(), note="Paid by wire.", now=cast.NOW)
        office.close_task(task=refused(), staff=cast.sam(), note="Again.", now=cast.NOW)
        assert StaffTask.objects.get().note == "Paid by wire."
        assert AuditRecord.objects.count() == 1
