"""A fault planted between claims, refunds and the ledger is found."""

import pytest

from payouts.claims.verify import verify
from tests.payouts.claims.story import contest, contest_held, paid, refund
from tests.payouts.ledger.test_verify import planted

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("UPDATE payouts_giveback SET amount_minor = amount_minor + 1", "the refund differs from its entry"),
        ("DELETE FROM payouts_giveback", "the refund differs from its entry"),
        ("UPDATE payouts_earning SET given_back_minor = 299", "the refunds are more than was given back"),
        ("DELETE FROM payouts_earningwait", "its earning waits otherwise"),
        (
            "UPDATE payouts_claim SET state = 'closed', outcome = 'late', deadline_at = NULL, closed_at = claimed_at",
            "its earning waits otherwise",
        ),
    ],
)
def test_it_is_found(alice, bob, plants_an_error, sql, found):
    paid()
    contest()
    refund(300)
    assert verify() == []
    planted(sql)
    assert found in " ".join(verify())


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("UPDATE payouts_heldcharge SET price_minor = price_minor + 1", "held differs from the hold"),
        ("UPDATE payouts_heldcharge SET settled_at = '2026-03-01'", "its price is held otherwise"),
        (
            "UPDATE payouts_claim SET state = 'closed', outcome = 'late', deadline_at = NULL, closed_at = claimed_at",
            "its price is held otherwise",
        ),
    ],
)
def test_so_is_one_about_what_is_only_held(alice, bob, plants_an_error, sql, found):
    contest_held(2_000)
    assert verify() == []
    planted(sql)
    assert found in " ".join(verify())
