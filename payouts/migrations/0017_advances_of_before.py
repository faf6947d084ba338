"""Whose credit rests on which debt, of before that was written down."""

from collections import defaultdict

from django.db import migrations


def find(apps, schema_editor):
    """From the ledger: what each give-back made a debt. The oldest is paid first, so what is owed now is of the newest."""
    advance, posting, account, task, party, earning = (
        apps.get_model("payouts", name)
        for name in ("Advance", "Posting", "Account", "StaffTask", "TaskParty", "Earning")
    )
    debts = account.objects.filter(kind="expert_debt").values_list("owner", "currency", "balance_minor")
    owed = {(owner, currency): minor for owner, currency, minor in debts}
    made = defaultdict(lambda: [0, 0])
    lines = posting.objects.filter(entry__kind="give_back", debit__kind="expert_debt").order_by("-entry_id")
    for line in lines.select_related("entry", "debit", "credit"):
        sums = made[line.entry, line.debit.owner, line.debit.currency]
        sums[0] += line.amount_minor
        sums[1] += line.amount_minor if line.credit.kind == "caller_credit" else 0
    rows = []
    for (entry, owner, currency), (minor, paid_credit) in made.items():
        left = min(minor, owed[owner, currency])
        owed[owner, currency] -= left
        about = earning.objects.get(reference=entry.reference)
        words = {"key": entry.key, "reference": entry.reference, "currency": currency, "made_at": entry.posted_at}
        sums = {"amount_minor": minor, "paid_credit_minor": paid_credit, "left_minor": left}
        rows.append(advance(payer_id=about.payer_id, expert_id=about.expert_id, **words, **sums))
    for row in advance.objects.bulk_create(reversed(rows)):
        if row.left_minor:
            text = "Credit was given back that was no longer there. Look whether both act together."
            about = {"kind": "advance", "reference": row.reference, "text": text, "opened_at": row.made_at}
            opened, _ = task.objects.get_or_create(key=f"advance:{row.pk}", defaults=about)
            for member in (row.payer_id, row.expert_id):
                party.objects.get_or_create(task=opened, member_id=member)


class Migration(migrations.Migration):
    dependencies = [("payouts", "0016_advances")]

    operations = [migrations.RunPython(find, migrations.RunPython.noop)]
