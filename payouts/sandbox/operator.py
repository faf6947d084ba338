"""What the operator does beside answering for banks (states of accounts, the order of events), and the owner's own page."""

from django.db.models import QuerySet
from django.utils import timezone

from payouts import clock
from payouts.sandbox import account_states, banks, books, deliveries, store
from payouts.sandbox.errors import ApiError
from payouts.sandbox.models import SandboxDelivery, SandboxObject
from payouts.sandbox.services import NotOpen
from payouts.sandbox.store import Object

STATES = ("verified", "due_soon", "checking", "needs_document", "restricted", "rejected")


def all_accounts() -> list[Object]:
    """Newest first."""
    rows = SandboxObject.objects.filter(kind="v2.core.account").order_by("-serial")[:100]
    return [{**row.data, "state": row.data["_"]["state"]} for row in rows]


def put_account(*, account_id: str, state: str) -> None:
    """Raises NotOpen for an account that is not there or closed, or a state that is none of STATES."""
    with store.one_at_a_time():
        try:
            account = store.find("v2.core.account", account_id)
        except ApiError:
            raise NotOpen(account_id) from None
        if account["closed"] or state not in STATES:
            raise NotOpen(account_id)
        account_states.change(account, state)


def held_back() -> int:
    return _waiting().count()


def _waiting() -> QuerySet[SandboxDelivery]:
    return SandboxDelivery.objects.filter(delivered_at=None, attempts__lt=deliveries.TRIES)


def hold_events() -> None:
    """From now on none is sent, until they are let go."""
    store.hold(True)


def let_events_go(*, newest_first: bool = False, twice: bool = False) -> int:
    """All that were held back; in the order told, and each `twice`. How many are sent."""
    waiting, now = list(_waiting().order_by("id")), timezone.now()
    if newest_first:
        waiting.reverse()
    _waiting().delete()
    for delivery in waiting:
        for _ in range(2 if twice else 1):
            SandboxDelivery.objects.create(
                event=delivery.event, endpoint=delivery.endpoint, body=delivery.body, due_at=now
            )
    store.hold(False)
    return len(waiting) * (2 if twice else 1)


def drop_events() -> int:
    """What waits is never sent: as if we had been down for days. (It is still in the API's list of events.)"""
    dropped = _waiting().update(attempts=deliveries.TRIES, error="dropped by the operator")
    store.hold(False)
    return dropped


# --- The page that a login link leads to ------------------------------------------------------------------------


def open_express(*, account_id: str, token: str) -> Object:
    """The account while the link is fresh, else NotOpen."""
    link = SandboxObject.objects.filter(id=token, kind="login_link").first()
    if link is None or link.data["account"] != account_id or link.data["_"]["expires"] < books.stamp(clock.now()):
        raise NotOpen(token)
    return store.find("v2.core.account", account_id)


def express_page(account_id: str) -> Object:
    """What it shows: balance, payouts newest first, bank accounts."""
    payouts = store.all_of("payout", account=account_id)
    of_account = store.all_of("bank_account", account=account_id)
    return {"balance": books.balance_of(account_id), "payouts": payouts[::-1][:50], "banks": of_account}


def change_bank(*, account_id: str, number: str) -> None:
    with store.one_at_a_time():
        account = store.find("v2.core.account", account_id)
        country = account["identity"]["country"]
        banks.replace_all(account_id, name=account["display_name"], country=country, number=number)
