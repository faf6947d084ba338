"""The audit trail and closed tasks cannot be edited: not through the ORM, not through SQL."""

import pytest
from django.db import IntegrityError, connection, transaction

from payouts.office import services as office
from payouts.office.models import AuditRecord, StaffTask
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def trail(sam, now) -> AuditRecord:
    task = office.open_task(kind="suspense", key="txn_1", text="Look.", now=now)
    office.close_task(task=task, staff=sam, note="A bank's fee.", now=now)
    return AuditRecord.objects.get()


def refused(act) -> None:
    with pytest.raises(IntegrityError, match="only grows"), transaction.atomic():
        act()


def sql(text: str):
    def act() -> None:
        with connection.cursor() as cursor:
            cursor.execute(text)

    return act


class AppendOnlyTests:
    def test_a_record_stays_as_it_was_written(self, trail):
        refused(lambda: AuditRecord.objects.update(reason="Nothing."))
        refused(lambda: AuditRecord.objects.all()._raw_delete("default"))
        refused(sql("UPDATE payouts_auditrecord SET staff_id = NULL"))
        refused(sql("DELETE FROM payouts_auditrecord"))
        assert AuditRecord.objects.get().reason == "A bank's fee."

    def test_so_does_a_closed_task(self, trail):
        refused(lambda: StaffTask.objects.update(note="Nothing."))
        refused(sql("UPDATE payouts_stafftask SET closed_at = NULL"))
        refused(sql("DELETE FROM payouts_stafftask"))
        assert StaffTask.objects.get().note == "A bank's fee."

    def test_nor_is_an_open_task_made_to_vanish(self, now):
        office.open_task(kind="suspense", key="txn_2", text="Look.", now=now)
        refused(lambda: StaffTask.objects.all().delete())
        assert StaffTask.objects.count() == 1

    @pytest.mark.skipif(connection.vendor != "sqlite", reason="REPLACE is SQLite's")
    @pytest.mark.parametrize("table", ["payouts_auditrecord", "payouts_stafftask"])
    def test_a_row_is_not_replaced(self, trail, table):
        refused(sql(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"))

    @pytest.mark.postgres
    @pytest.mark.parametrize("table", ["payouts_auditrecord", "payouts_stafftask"])
    def test_a_table_is_not_emptied(self, table):
        refused(sql(f"TRUNCATE {table} CASCADE"))

    def test_without_the_triggers_it_is_rewritten(self, trail):
        """The broken twin."""
        on_table = "" if connection.vendor == "sqlite" else " ON payouts_auditrecord"
        sql(f"DROP TRIGGER payouts_auditrecord_no_update{on_table}")()
        AuditRecord.objects.update(reason="Nothing.")
        assert AuditRecord.objects.get().reason == "Nothing."
        assert cast.sam()
