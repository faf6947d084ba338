from typing import NamedTuple


class Attack(NamedTuple):
    """Its tests are named by file under tests/, class and function: `payouts/ledger/test_races.py::HoldRaceTests::test_...`; a
    name that begins with a class is in the file of the one before it.
    """

    what: str
    fails: list[str]
    succeeds: list[str]
