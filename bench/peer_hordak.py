"""The same settlement with django-hordak, a double-entry ledger for Django. Runs in a virtual environment of its own.

    PYTHON-OF-THAT-VENV -m bench.peer_hordak migrate|orders DATABASE-URL

Done as its documentation does it: a Transaction and its Legs in one database transaction. It has no keys, no floors and
no cached balances, so it does less than ours.
"""

import random
import sys

import dj_database_url
import django
from django.conf import settings

from bench.programs import take_orders

PEOPLE = 100  # its accounts are a tree and slow to make; how many there are does not matter to a transaction


def set_up(database_url: str) -> None:
    settings.configure(
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "mptt", "djmoney", "hordak"],
        DATABASES={"default": dj_database_url.parse(database_url) | {"CONN_MAX_AGE": None}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        DEFAULT_CURRENCY="EUR",
        CURRENCIES=["EUR"],
        SECRET_KEY="a peer to compare with",
    )
    django.setup()


def make_accounts() -> None:
    from hordak.models import Account  # noqa: PLC0415 (Django must be set up first)

    for kind in ("hold", "credit", "earning", "commission"):
        for number in range(PEOPLE if kind != "commission" else 1):
            Account.objects.create(name=f"{kind} {number}", type="LI", currencies=["EUR"])


def take() -> None:
    from django.db import transaction  # noqa: PLC0415
    from hordak.models import Account, Leg, Transaction  # noqa: PLC0415

    ids = dict(Account.objects.values_list("name", "id"))
    chance = random.Random(1)

    def settle(number: int) -> None:
        caller, expert = chance.randrange(PEOPLE), chance.randrange(PEOPLE)
        with transaction.atomic():
            move = Transaction.objects.create(description=f"period:{number}")
            for name, side, amount in (
                (f"hold {caller}", "debit", 25),
                (f"earning {expert}", "credit", 14),
                ("commission 0", "credit", 6),
                (f"credit {caller}", "credit", 5),
            ):
                Leg.objects.create(transaction=move, account_id=ids[name], **{side: amount, "currency": "EUR"})

    take_orders(settle, warm_up=200)


if __name__ == "__main__":
    set_up(sys.argv[2])
    if sys.argv[1] == "migrate":
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        make_accounts()
    else:
        take()
